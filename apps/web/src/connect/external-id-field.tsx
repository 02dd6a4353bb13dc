import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'

interface ExternalIdFieldProps {
  value: string
  error: string | undefined
  onChange(value: string): void
}

/** Shows the id, and lets it be changed: it must be the same in every environment that flows are copied to. */
export function ExternalIdField({ value, error, onChange }: ExternalIdFieldProps) {
  const { t } = useTranslation('connect')
  const [isOpen, setOpen] = useState(false)
  if (isOpen || error !== undefined)
    return (
      <Field label={t('externalId')} required help={t('externalIdHelp')} error={error}>
        <Input mono autoFocus autoComplete="off" value={value} onValueChange={onChange} />
      </Field>
    )
  return (
    <p className="-mt-2.5 text-xs break-all text-ink-3">
      {t('externalId')} <span className="font-mono text-ink-2">{value}</span>{' '}
      <button
        type="button"
        className="rounded-xs text-accent-text hover:underline"
        aria-label={t('changeExternalId')}
        onClick={() => setOpen(true)}
      >
        {t('change')}
      </button>
    </p>
  )
}
