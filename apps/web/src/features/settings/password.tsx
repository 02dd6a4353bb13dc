import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { signIn } from '../../api/session.ts'
import { newPasswordRules } from '../../password/new-password-rules.ts'
import { PasswordField } from '../../password/password-field.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/toast.tsx'
import { Part } from './part.tsx'

interface Values {
  current: string
  password: string
}

/** Changes the password of the person; this session goes on, all others end. */
export function PasswordForm() {
  const { t } = useTranslation('settings')
  const { t: signInTexts } = useTranslation('sign-in')
  const { t: common } = useTranslation()
  const { register, handleSubmit, formState, reset } = useForm<Values>({ defaultValues: { current: '', password: '' } })
  const { errors } = formState
  const change = useMutation({
    mutationFn: ({ current, password }: Values) =>
      client.authentication.changePassword({ body: { currentPassword: current, newPassword: password } }),
    onSuccess: (answer) => {
      signIn(answer)
      reset()
      notify({ text: t('password.changed') })
    },
  })
  return (
    <Part title={t('password.title')} text={t('password.text')}>
      <form
        noValidate
        className="flex max-w-120 flex-col gap-4"
        onSubmit={handleSubmit((values) => change.mutate(values))}
      >
        {change.error && <Banner tone="failed">{errorText(change.error, common)}</Banner>}
        <PasswordField
          label={t('password.current')}
          field={register('current', { required: signInTexts('passwordMissing') })}
          error={errors.current?.message}
        />
        <PasswordField
          isNew
          label={t('password.new')}
          help={signInTexts('passwordRules')}
          field={register('password', newPasswordRules(signInTexts))}
          error={errors.password?.message}
        />
        <div>
          <Button type="submit" busy={change.isPending}>
            {t('password.change')}
          </Button>
        </div>
      </form>
    </Part>
  )
}
