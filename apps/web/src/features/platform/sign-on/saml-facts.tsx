import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Platform } from '../../../api/platform.ts'
import { fullTime } from '../../../app/format.ts'
import { useNow } from '../../../app/use-now.ts'
import { Badge } from '../../../ui/badge.tsx'
import { CopyInput } from '../../../ui/copy-input.tsx'
import { Field } from '../../../ui/field.tsx'
import { daysLeft, isDue } from './certificate.ts'

const HOUR_MS = 3_600_000

type Saml = NonNullable<Platform['federatedAuthProviders']['saml']>

/** The identity provider that is set up, as its metadata described it. */
export function SamlFacts({ saml }: { saml: Saml }) {
  const { t } = useTranslation('platform')
  return (
    <>
      <h3 className="font-strong">{t('single-sign-on.nowSet')}</h3>
      <Field label={t('single-sign-on.samlIssuer')}>
        <CopyInput value={saml.issuer} />
      </Field>
      <Field label={t('single-sign-on.entryPoint')}>
        <CopyInput value={saml.entryPoint} />
      </Field>
      <p className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
        {t('single-sign-on.certificateUntil', { time: fullTime(saml.certificateExpiresAt) })}
        <CertificateState expiresAt={saml.certificateExpiresAt} />
      </p>
    </>
  )
}

/** Whether the certificate of the identity provider is still good. */
export function CertificateState({ expiresAt }: { expiresAt: string }) {
  const { t } = useTranslation('platform')
  const now = useNow(HOUR_MS)
  const left = daysLeft(expiresAt, now)
  if (left < 0)
    return (
      <Badge tone="failed" icon={TriangleAlert}>
        {t('single-sign-on.certificateOver')}
      </Badge>
    )
  return isDue(expiresAt, now) ? (
    <Badge tone="warning" icon={TriangleAlert}>
      {t('single-sign-on.certificateSoon', { count: left })}
    </Badge>
  ) : (
    <Badge tone="success" icon={CircleCheck}>
      {t('single-sign-on.certificateGood')}
    </Badge>
  )
}
