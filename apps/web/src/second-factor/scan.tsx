import { useTranslation } from 'react-i18next'
import type { SetUp } from '../api/second-factor.ts'
import { CopyInput } from '../ui/copy-input.tsx'
import { Field } from '../ui/field.tsx'

/** The secret for the authenticator app, as a picture and as text. */
export function Scan({ secret, qr }: Pick<SetUp, 'secret' | 'qr'>) {
  const { t } = useTranslation()
  return (
    <>
      <p className="text-sm text-ink-2">{t('secondFactor.scan')}</p>
      <img
        alt={t('secondFactor.qr')}
        src={`data:image/svg+xml,${encodeURIComponent(qr)}`}
        width={180}
        height={180}
        className="self-center rounded-md border border-line-2"
      />
      <Field label={t('secondFactor.secret')} help={t('secondFactor.secretHelp')}>
        <CopyInput value={secret} />
      </Field>
    </>
  )
}
