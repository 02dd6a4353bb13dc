import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Input } from '../../../ui/input.tsx'
import { ExpressionInput } from '../expression-input.tsx'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'
import { type Entry, entriesOf, givesMap, mapOf, repeatedKeys } from './entries.ts'
import { textOf } from './text.tsx'

/** Keys with values. */
export function ObjectControl({ value, onChange, labelId }: Pick<ControlProps, 'value' | 'onChange' | 'labelId'>) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  // Entries without a key, or with one that is there already, are no part of the map yet.
  const [typed, setTyped] = useState<Entry[]>(() => entriesOf(value))
  const entries = givesMap(typed, value) ? typed : entriesOf(value)
  const repeated = repeatedKeys(entries)
  const change = (next: Entry[]): void => {
    setTyped(next)
    onChange(mapOf(next))
  }
  return (
    <fieldset aria-labelledby={labelId} className="flex flex-col gap-1.5">
      {entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: keys change while they are typed
        <div key={index} className="flex items-start gap-1.5">
          <div className="w-28 shrink-0">
            <Input
              mono
              value={entry.key}
              placeholder={t('object.key')}
              aria-label={t('object.keyOf', { number: index + 1 })}
              aria-invalid={repeated.has(entry.key) || undefined}
              title={repeated.has(entry.key) ? t('object.repeated') : undefined}
              disabled={isReadOnly}
              onValueChange={(key) => change(entries.with(index, { ...entry, key }))}
            />
          </div>
          <ExpressionInput
            value={textOf(entry.value)}
            label={
              entry.key === '' ? t('object.valueOf', { number: index + 1 }) : t('object.valueOfKey', { key: entry.key })
            }
            onChange={(text) => change(entries.with(index, { ...entry, value: text }))}
          />
          {!isReadOnly && (
            <span className="pt-1">
              <IconButton
                icon={X}
                size="xs"
                label={t('object.remove', { key: entry.key || index + 1 })}
                onClick={() => change(entries.toSpliced(index, 1))}
              />
            </span>
          )}
        </div>
      ))}
      {!isReadOnly && (
        <Button
          size="sm"
          icon={Plus}
          className="self-start"
          onClick={() => setTyped([...entries, { key: '', value: '' }])}
        >
          {t('object.add')}
        </Button>
      )}
    </fieldset>
  )
}
