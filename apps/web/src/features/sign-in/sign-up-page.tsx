import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { flagsQuery } from '../../api/flags.ts'
import { newPasswordRules } from '../../password/new-password-rules.ts'
import { PasswordField } from '../../password/password-field.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { EmailField } from './email-field.tsx'
import { useEnter } from './entered.ts'
import { SignInFrame } from './frame.tsx'
import { Refused } from './refused.tsx'

interface Values {
  firstName: string
  lastName: string
  email: string
  password: string
}

export default function SignUpPage() {
  const { t } = useTranslation('sign-in')
  const enter = useEnter()
  const { invitation, email = '' } = useSearch({ from: '/sign-up' })
  const { data: flags } = useQuery(flagsQuery)
  const { register, handleSubmit, formState, getValues } = useForm<Values>({
    defaultValues: { firstName: '', lastName: '', email, password: '' },
  })
  const { errors } = formState
  const attempt = useMutation({
    mutationFn: (body: Values) => client.authentication.signUp({ body: { ...body, invitationToken: invitation } }),
    onSuccess: (answer) => enter(answer),
  })
  const text = invitation
    ? t('invitation.signUp', { email })
    : flags?.hasPlatform === true
      ? t('invitationOnly')
      : t('firstAccount')

  return (
    <SignInFrame title={t('welcome')} text={text}>
      <form noValidate className="flex flex-col gap-4" onSubmit={handleSubmit((values) => attempt.mutate(values))}>
        <Refused error={attempt.error} email={getValues('email')} />
        <div className="grid grid-cols-2 gap-3 max-phone:grid-cols-1">
          <Field label={t('firstName')} error={errors.firstName?.message}>
            <Input
              {...register('firstName', { required: t('firstNameMissing') })}
              autoComplete="given-name"
              autoFocus
            />
          </Field>
          <Field label={t('lastName')} error={errors.lastName?.message}>
            <Input {...register('lastName', { required: t('lastNameMissing') })} autoComplete="family-name" />
          </Field>
        </div>
        <EmailField register={register} readOnly={invitation !== undefined} error={errors.email?.message} />
        <PasswordField
          isNew
          help={t('passwordRules')}
          field={register('password', newPasswordRules(t))}
          error={errors.password?.message}
        />
        <Button kind="primary" type="submit" busy={attempt.isPending} className="w-full">
          {t('createAccount')}
        </Button>
      </form>
      <p className="mt-4 text-sm text-ink-2">
        {t('haveAccount')}{' '}
        <Link to="/sign-in" className={TEXT_LINK}>
          {t('signIn')}
        </Link>
      </p>
    </SignInFrame>
  )
}
