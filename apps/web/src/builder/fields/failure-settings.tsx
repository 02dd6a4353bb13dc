import type { ErrorHandlingOptions } from '@piecework/model/flow/step'
import { useTranslation } from 'react-i18next'
import { Switch } from '../../ui/switch.tsx'
import { useStep } from './step-context.ts'

interface FailureSettingsProps {
  options: ErrorHandlingOptions | undefined
  /** The settings that the piece offers; undefined for both. */
  offered: { [key: string]: unknown } | undefined
  onChange(options: ErrorHandlingOptions): void
}

const isHidden = (offered: FailureSettingsProps['offered'], name: string): boolean => {
  const part = offered?.[name]
  return typeof part === 'object' && part !== null && Reflect.get(part, 'hide') === true
}

/** The settings for a failure of the step. */
export function FailureSettings({ options, offered, onChange }: FailureSettingsProps) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  const names = (['retryOnFailure', 'continueOnFailure'] as const).filter((name) => !isHidden(offered, name))
  if (names.length === 0) return null
  return (
    <section aria-label={t('failure.title')} className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">{t('failure.title')}</h3>
      {names.map((name) => (
        <div key={name} className="flex items-center gap-2 text-sm">
          <Switch
            label={t(`failure.${name}`)}
            checked={options?.[name]?.value === true}
            disabled={isReadOnly}
            onChange={(value) => onChange({ ...options, [name]: { value } })}
          />
          <span aria-hidden>{t(`failure.${name}`)}</span>
        </div>
      ))}
    </section>
  )
}
