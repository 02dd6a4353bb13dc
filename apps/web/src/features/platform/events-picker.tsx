import { DomainEventName } from '@piecework/model/events/domain-event'
import { CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { EventName } from '../../api/event-destinations.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { groupEvents } from './event-groups.ts'

interface PickerProps {
  chosen: readonly EventName[]
  error: string | undefined
  onChange(chosen: EventName[]): void
}

const GROUPS = groupEvents(DomainEventName.options)

/** Events to choose, under the noun that they are about. */
export function EventsPicker({ chosen, error, onChange }: PickerProps) {
  const { t } = useTranslation('platform')
  const without = (names: readonly EventName[]): EventName[] => chosen.filter((name) => !names.includes(name))
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">{t('events.choose', { count: chosen.length })}</legend>
      <div className="flex max-h-72 flex-col gap-2 overflow-y-auto rounded-md border border-line-control p-3">
        {GROUPS.map(({ noun, names }) => {
          const count = names.filter((name) => chosen.includes(name)).length
          return (
            <div key={noun}>
              <Checkbox
                checked={count === names.length}
                mixed={count > 0 && count < names.length}
                onChange={(isOn) => onChange([...without(names), ...(isOn ? names : [])])}
              >
                <span className="font-mono text-xs font-medium">{noun}.*</span>
              </Checkbox>
              <div className="grid grid-cols-2 gap-x-3 pl-6 max-sm:grid-cols-1">
                {names.map((name) => (
                  <Checkbox
                    key={name}
                    checked={chosen.includes(name)}
                    onChange={(isOn) => onChange([...without([name]), ...(isOn ? [name] : [])])}
                  >
                    <span className="font-mono text-xs break-all">{name}</span>
                  </Checkbox>
                ))}
              </div>
            </div>
          )
        })}
      </div>
      {error !== undefined && (
        <p role="alert" className="flex gap-1.5 text-xs text-failed-fg">
          <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />
          {error}
        </p>
      )}
    </fieldset>
  )
}
