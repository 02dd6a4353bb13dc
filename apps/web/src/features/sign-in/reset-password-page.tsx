import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { newPasswordRules } from '../../password/new-password-rules.ts'
import { PasswordField } from '../../password/password-field.tsx'
import { Button } from '../../ui/button.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { SignInFrame } from './frame.tsx'
import { Refused } from './refused.tsx'

/** The page of the link with a one-time code: sets a new password. */
export default function ResetPasswordPage() {
  const { t } = useTranslation('sign-in')
  const { otpcode = '', identityId = '' } = useSearch({ from: '/reset-password' })
  const { register, handleSubmit, formState } = useForm({ defaultValues: { password: '' } })
  const reset = useMutation({
    mutationFn: ({ password }: { password: string }) =>
      client.oneTimeCodes.resetPassword({ body: { identityId, otp: otpcode, newPassword: password } }),
  })
  if (reset.isSuccess)
    return (
      <SignInFrame title={t('reset.done')} text={t('reset.doneText')}>
        <Link to="/sign-in" className={TEXT_LINK}>
          {t('signIn')}
        </Link>
      </SignInFrame>
    )
  return (
    <SignInFrame title={t('reset.title')} text={t('reset.text')}>
      <form noValidate className="flex flex-col gap-4" onSubmit={handleSubmit((values) => reset.mutate(values))}>
        <Refused error={reset.error} />
        <PasswordField
          isNew
          autoFocus
          help={t('passwordRules')}
          field={register('password', newPasswordRules(t))}
          error={formState.errors.password?.message}
        />
        <Button kind="primary" type="submit" busy={reset.isPending} className="w-full">
          {t('reset.save')}
        </Button>
      </form>
      <p className="mt-4 text-sm">
        <Link to="/forgot-password" className={TEXT_LINK}>
          {t('reset.again')}
        </Link>
      </p>
    </SignInFrame>
  )
}
