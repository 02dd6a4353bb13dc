import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { handOver } from '../../app/come-in.ts'
import { notePendingLink } from '../../app/pending-link.ts'
import { Banner } from '../../ui/banner.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { useEnter } from './entered.ts'
import { SignInFrame } from './frame.tsx'
import { takeNext } from './next.ts'
import { Refused } from './refused.tsx'

/** The page that a SAML identity provider sends people to: their code becomes a session. */
export default function AuthenticatePage() {
  const { t } = useTranslation('sign-in')
  const { code = '', error: refusal } = useSearch({ from: '/authenticate' })
  const enter = useEnter()
  const { mutate, error } = useMutation({
    mutationFn: () => client.sso.claim({ body: { providerName: 'saml', code } }),
    onSuccess: (answer) => enter(answer, takeNext()),
    onError: (reason) => notePendingLink('saml', reason),
  })
  // The code works once, and effects run twice while the app is developed.
  const hasBegun = useRef(false)
  useEffect(() => {
    if (hasBegun.current) return
    hasBegun.current = true
    if (refusal !== undefined) handOver({ error: refusal })
    else if (!handOver({ code })) mutate()
  }, [mutate, code, refusal])
  const hasFailed = refusal !== undefined || error !== null
  return (
    <SignInFrame title={t('other.entering')} text={hasFailed ? t('other.failed') : t('other.wait')}>
      {hasFailed ? (
        <div className="flex flex-col gap-4">
          {refusal === undefined ? <Refused error={error} /> : <Banner tone="failed">{t('other.notAccepted')}</Banner>}
          <p className="text-sm">
            <Link to="/sign-in" className={TEXT_LINK}>
              {t('backToSignIn')}
            </Link>
          </p>
        </div>
      ) : (
        <Spinner />
      )}
    </SignInFrame>
  )
}
