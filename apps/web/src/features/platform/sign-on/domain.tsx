import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, Clock, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import { errorText } from '../../../api/error-text.ts'
import type { Platform } from '../../../api/platform.ts'
import { useNow } from '../../../app/use-now.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { confirm } from '../../../ui/confirm.tsx'
import { CopyInput } from '../../../ui/copy-input.tsx'
import { Field } from '../../../ui/field.tsx'
import { Input } from '../../../ui/input.tsx'
import { Part } from './part.tsx'

/** The server takes the proof of a claim for so long. */
const CLAIM_MS = 3 * 3_600_000
const MINUTE_MS = 60_000

/** The domain whose people sign in by a provider of the platform, with the proof that it is the company's. */
export function Domain({ platform }: { platform: Platform }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const [domain, setDomain] = useState('')
  const queries = useQueryClient()
  const act = useMutation({
    mutationFn: (send: () => Promise<unknown>) => send(),
    onSettled: () => queries.invalidateQueries({ queryKey: ['platform'] }),
  })
  const now = useNow(MINUTE_MS)
  const { ssoDomain, ssoDomainVerification: proof } = platform
  const claim = (ssoDomain: string | null): void => act.mutate(() => client.sso.setDomain({ body: { ssoDomain } }))
  const giveUp = async (name: string): Promise<void> => {
    const agrees = await confirm({
      title: t('single-sign-on.giveUpTitle', { domain: name }),
      text: t('single-sign-on.giveUpText', { domain: name }),
      confirm: t('single-sign-on.giveUp'),
      danger: true,
    })
    if (agrees) claim(null)
  }
  const isLate = proof?.status === 'PENDING_VERIFICATION' && now - Date.parse(proof.createdAt) > CLAIM_MS
  return (
    <Part title={t('single-sign-on.domain')} text={t('single-sign-on.domainText')}>
      {act.error && <Banner tone="failed">{errorText(act.error, common)}</Banner>}
      {ssoDomain === null || proof === null ? (
        <form
          className="flex max-w-120 items-end gap-2 max-sm:flex-col max-sm:items-stretch"
          onSubmit={(event) => {
            event.preventDefault()
            claim(domain.trim().toLowerCase())
          }}
        >
          <Field label={t('single-sign-on.domainName')} className="flex-1">
            <Input mono placeholder="example.com" value={domain} onValueChange={setDomain} />
          </Field>
          <Button type="submit" busy={act.isPending} disabled={domain.trim() === ''}>
            {t('single-sign-on.claim')}
          </Button>
        </form>
      ) : (
        <div className="flex max-w-160 flex-col gap-3">
          <p className="flex items-center gap-2">
            <span className="min-w-0 font-mono break-all">{ssoDomain}</span>
            {proof.status === 'VERIFIED' ? (
              <Badge tone="success" icon={CircleCheck}>
                {t('single-sign-on.proved')}
              </Badge>
            ) : (
              <Badge tone="warning" icon={Clock}>
                {t(isLate ? 'single-sign-on.late' : 'single-sign-on.waiting')}
              </Badge>
            )}
          </p>
          {proof.status !== 'VERIFIED' && (
            <>
              <p className="text-sm text-ink-2">
                {t(isLate ? 'single-sign-on.lateText' : 'single-sign-on.recordText')}
              </p>
              {!isLate && (
                <>
                  <Field label={t('single-sign-on.recordName')}>
                    <CopyInput value={proof.record.name} />
                  </Field>
                  <Field label={t('single-sign-on.recordValue')}>
                    <CopyInput value={proof.record.value} />
                  </Field>
                </>
              )}
            </>
          )}
          <div className="flex flex-wrap gap-2">
            {proof.status !== 'VERIFIED' && (
              <Button
                icon={RefreshCw}
                busy={act.isPending}
                onClick={() => (isLate ? claim(ssoDomain) : act.mutate(() => client.sso.verifyDomain({})))}
              >
                {t(isLate ? 'single-sign-on.claimAgain' : 'single-sign-on.check')}
              </Button>
            )}
            <Button onClick={() => void giveUp(ssoDomain)}>{t('single-sign-on.giveUp')}</Button>
          </div>
        </div>
      )}
    </Part>
  )
}
