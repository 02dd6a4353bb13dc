import { ApiError } from '@piecework/sdk'
import { CircleCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../api/error-text.ts'
import type { TestSignIn } from '../../../api/test-sign-in.ts'
import { NotLetIn } from '../../../app/let-in.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Table, Td, Th, Tr } from '../../../ui/table.tsx'

interface SheetProps {
  /** The name of the provider, for people. */
  label: string
  /** Undefined while the person is at the provider. */
  result: TestSignIn | undefined
  error: Error | null
  onAgain(): void
  onClose(): void
}

/** The outcome of a sign-in that an administrator made to test a provider. */
export function TestSheet({ label, result, error, onAgain, onClose }: SheetProps) {
  const { t } = useTranslation('platform')
  return (
    <Dialog
      open
      shape="sheet"
      width={560}
      title={t('single-sign-on.testOf', { name: label })}
      description={t('single-sign-on.testText')}
      onClose={onClose}
      footer={
        <Button onClick={onAgain} disabled={!result && !error}>
          {t('single-sign-on.testAgain')}
        </Button>
      }
    >
      {error && <Failed error={error} label={label} />}
      {result && <Result result={result} />}
      {!error && !result && (
        <p role="status" className="flex items-center gap-2 text-sm text-ink-2">
          <Spinner />
          {t('single-sign-on.testWaits')}
        </p>
      )}
    </Dialog>
  )
}

/** The test did not come to its end. */
function Failed({ error, label }: { error: Error; label: string }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  if (error instanceof NotLetIn)
    return (
      <Banner tone="failed">
        {t(`single-sign-on.testStopped.${error.reason}`, { name: label, words: error.message })}
      </Banner>
    )
  const isSilent = error instanceof ApiError && error.code === 'INVALID_CLAIM'
  return (
    <Banner tone="failed">
      {isSilent && <p className="font-medium">{t('single-sign-on.advice.UNREACHABLE')}</p>}
      <p>{errorText(error, common)}</p>
    </Banner>
  )
}

function Result({ result }: { result: TestSignIn }) {
  const { t } = useTranslation('platform')
  const { outcome, account, attributes, person, refusal } = result
  const email = person?.email ?? account?.email ?? ''
  return (
    <>
      {refusal ? (
        <Banner tone="failed">
          <p className="font-medium">{t(`single-sign-on.advice.${refusal.advice}`, { email })}</p>
          <p className="mt-1">{t('single-sign-on.said', { words: refusal.message })}</p>
        </Banner>
      ) : (
        <p role="status" className="flex items-start gap-2 text-sm">
          <CircleCheck aria-hidden size={16} className="mt-0.5 shrink-0 text-success-fg" />
          {outcome !== 'REFUSED' && t(`single-sign-on.outcome.${outcome}`, { email })}
        </p>
      )}
      {account && (
        <Rows
          title={t('single-sign-on.understood')}
          rows={[
            [t('single-sign-on.arrived.email'), account.email],
            [
              t('single-sign-on.arrived.name'),
              `${account.firstName} ${account.lastName}`.trim() || t('single-sign-on.arrived.none'),
            ],
            [t('single-sign-on.arrived.subject'), account.subject],
            [t('single-sign-on.arrived.issuer'), account.issuer],
          ]}
        />
      )}
      {attributes.length > 0 && (
        <Rows
          title={t('single-sign-on.attributes')}
          rows={attributes.map(({ name, value }) => [name, value] as const)}
        />
      )}
    </>
  )
}

function Rows({ title, rows }: { title: string; rows: readonly (readonly [name: string, value: string])[] }) {
  const { t } = useTranslation('platform')
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h3 className="font-strong">{title}</h3>
      <Table label={title}>
        <thead className="sr-only">
          <tr>
            <Th>{t('single-sign-on.arrived.what')}</Th>
            <Th>{t('single-sign-on.arrived.value')}</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, value]) => (
            <Tr key={name}>
              <Td className="w-2/5 break-all whitespace-normal text-ink-2">{name}</Td>
              <Td className="font-mono text-xs break-all whitespace-normal">{value}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}
