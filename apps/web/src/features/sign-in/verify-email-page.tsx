import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { SignInFrame } from './frame.tsx'
import { Refused } from './refused.tsx'

/** The page of the link that a new address gets: proves that the person reads its mail. */
export default function VerifyEmailPage() {
  const { t } = useTranslation('sign-in')
  const { otpcode = '', identityId = '' } = useSearch({ from: '/verify-email' })
  const verify = useMutation({
    mutationFn: () => client.oneTimeCodes.verifyEmail({ body: { identityId, otp: otpcode } }),
  })
  return (
    <SignInFrame
      title={verify.isSuccess ? t('verify.done') : t('verify.title')}
      text={verify.isSuccess ? t('verify.doneText') : t('verify.text')}
    >
      {verify.isSuccess ? (
        <Link to="/sign-in" className={TEXT_LINK}>
          {t('signIn')}
        </Link>
      ) : (
        <div className="flex flex-col gap-4">
          <Refused error={verify.error} />
          <Button kind="primary" className="w-full" busy={verify.isPending} onClick={() => verify.mutate()}>
            {t('verify.confirm')}
          </Button>
        </div>
      )}
    </SignInFrame>
  )
}
