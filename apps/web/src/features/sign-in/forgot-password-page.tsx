import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useForm } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { flagsQuery } from '../../api/flags.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { EmailField } from './email-field.tsx'
import { SignInFrame } from './frame.tsx'
import { Refused } from './refused.tsx'

/** Asks for a one-time code by mail; where no mail is sent, says who can help. */
export default function ForgotPasswordPage() {
  const { t } = useTranslation('sign-in')
  const { data: flags } = useQuery(flagsQuery)
  const { register, handleSubmit, formState, getValues } = useForm({ defaultValues: { email: '' } })
  const ask = useMutation({
    mutationFn: ({ email }: { email: string }) =>
      client.oneTimeCodes.request({ body: { email, type: 'PASSWORD_RESET' } }),
  })
  const hasForm = flags?.sendsMail === true && !ask.isSuccess
  return (
    <SignInFrame
      title={t('forgot.title')}
      text={hasForm ? t('forgot.text') : flags?.sendsMail === false ? t('forgot.noMail') : undefined}
    >
      {ask.isSuccess && <Banner>{t('forgot.sent', { email: getValues('email') })}</Banner>}
      {hasForm && (
        <form noValidate className="flex flex-col gap-4" onSubmit={handleSubmit((values) => ask.mutate(values))}>
          <Refused error={ask.error} />
          <EmailField autoFocus register={register} error={formState.errors.email?.message} />
          <Button kind="primary" type="submit" busy={ask.isPending} className="w-full">
            {t('forgot.send')}
          </Button>
        </form>
      )}
      <p className="mt-4 text-sm">
        <Link to="/sign-in" className={TEXT_LINK}>
          {t('backToSignIn')}
        </Link>
      </p>
    </SignInFrame>
  )
}
