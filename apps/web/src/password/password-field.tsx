import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import type { UseFormRegisterReturn } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'

interface PasswordFieldProps {
  /** Attributes from the form: a name, and more from a form that keeps the text. */
  field: Pick<UseFormRegisterReturn, 'name'> & Partial<UseFormRegisterReturn>
  error: string | undefined
  help?: string
  isNew?: boolean
  /** Another name than "Password". */
  label?: string
  autoFocus?: boolean
}

export function PasswordField({ field, error, help, isNew = false, label, autoFocus = false }: PasswordFieldProps) {
  const { t } = useTranslation('sign-in')
  const [isShown, setShown] = useState(false)
  const Icon = isShown ? EyeOff : Eye
  return (
    <Field label={label ?? t('password')} error={error} help={help}>
      <Input
        {...field}
        autoFocus={autoFocus}
        type={isShown ? 'text' : 'password'}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        trailing={
          <button
            type="button"
            title={isShown ? t('hidePassword') : t('showPassword')}
            aria-label={isShown ? t('hidePassword') : t('showPassword')}
            onClick={() => setShown(!isShown)}
            className="grid size-6 place-items-center rounded-sm text-ink-2 hover:bg-hover"
          >
            <Icon aria-hidden size={14} strokeWidth={1.5} />
          </button>
        }
      />
    </Field>
  )
}
