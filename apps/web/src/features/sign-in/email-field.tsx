import type { UseFormRegisterReturn } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

interface EmailFieldProps {
  register(
    name: 'email',
    rules: { required: string; pattern: { value: RegExp; message: string } },
  ): UseFormRegisterReturn<'email'>
  error: string | undefined
  autoFocus?: boolean
  /** The address is given, such as by an invitation. */
  readOnly?: boolean
}

export function EmailField({ register, error, autoFocus = false, readOnly = false }: EmailFieldProps) {
  const { t } = useTranslation('sign-in')
  return (
    <Field label={t('email')} error={error}>
      <Input
        {...register('email', {
          required: t('emailMissing'),
          pattern: { value: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, message: t('emailInvalid') },
        })}
        type="email"
        autoComplete="username"
        autoFocus={autoFocus}
        readOnly={readOnly}
      />
    </Field>
  )
}
