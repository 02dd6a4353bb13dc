import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { isUnverified, refusalText } from './refusal.ts'

/** Why somebody was not let in. Whose address is not verified gets another code. */
export function Refused({ error, email }: { error: unknown; email?: string }) {
  const { t } = useTranslation('sign-in')
  const { t: common } = useTranslation()
  const ask = useMutation({
    mutationFn: (to: string) => client.oneTimeCodes.request({ body: { email: to, type: 'EMAIL_VERIFICATION' } }),
  })
  if (!error) return null
  if (ask.isSuccess) return <Banner>{t('codeSent')}</Banner>
  return (
    <Banner
      tone={isUnverified(error) ? 'warning' : 'failed'}
      actions={
        isUnverified(error) && email ? (
          <Button size="sm" busy={ask.isPending} onClick={() => ask.mutate(email)}>
            {t('sendCode')}
          </Button>
        ) : undefined
      }
    >
      {refusalText(ask.error ?? error, t, common)}
    </Banner>
  )
}
