import { CircleCheck, CircleDashed, Ellipsis, Pencil, RefreshCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import { errorText } from '../../../api/error-text.ts'
import type { Flags } from '../../../api/flags.ts'
import type { Platform } from '../../../api/platform.ts'
import { askToDelete } from '../../../app/ask-to-delete.ts'
import { useAct } from '../../../app/use-act.ts'
import { useNow } from '../../../app/use-now.ts'
import { Button } from '../../../ui/button.tsx'
import { cx } from '../../../ui/cx.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../../ui/table.tsx'
import { notify } from '../../../ui/toast.tsx'
import { isDue } from './certificate.ts'
import { Part } from './part.tsx'
import { PROVIDERS, type ProviderName } from './provider-forms.ts'
import { ProviderSheet } from './provider-sheet.tsx'
import { CertificateState } from './saml-facts.tsx'

/** The services by which people may sign in. */
export function Providers({ platform, flags }: { platform: Platform; flags: Flags }) {
  const { t } = useTranslation('platform')
  const [edited, setEdited] = useState<ProviderName>()
  return (
    <Part title={t('single-sign-on.providers')} text={t('single-sign-on.providersText')}>
      <Table label={t('single-sign-on.providers')}>
        <thead>
          <tr>
            <Th>{t('single-sign-on.provider')}</Th>
            <Th className="max-sm:hidden">{t('single-sign-on.account')}</Th>
            <Th className="w-52 max-sm:hidden">{t('single-sign-on.state')}</Th>
            <ActsTh className="w-32" />
          </tr>
        </thead>
        <tbody>
          {PROVIDERS.map((name) => (
            <ProviderRow key={name} name={name} platform={platform} onEdit={() => setEdited(name)} />
          ))}
        </tbody>
      </Table>
      {edited && <ProviderSheet name={edited} platform={platform} flags={flags} onClose={() => setEdited(undefined)} />}
    </Part>
  )
}

const HOUR_MS = 3_600_000

interface RowProps {
  name: ProviderName
  platform: Platform
  onEdit(): void
}

function ProviderRow({ name, platform, onEdit }: RowProps) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const act = useAct('platform', 'flags')
  const known = platform.federatedAuthProviders[name]
  const label = t(`single-sign-on.names.${name}`)
  const account = known === null ? '' : 'issuer' in known ? known.issuer : 'clientId' in known ? known.clientId : ''
  const now = useNow(HOUR_MS)
  const Icon = known ? CircleCheck : CircleDashed
  const remove = async (): Promise<void> => {
    const agrees = await askToDelete(
      t('single-sign-on.removeTitle', { name: label }),
      t('single-sign-on.removeText', { name: label }),
    )
    if (!agrees) return
    const body = { federatedAuthProviders: { [name]: null } }
    act.mutate({ send: () => client.platforms.update({ params: { id: platform.id }, body }) })
  }
  // The server asks the provider for its addresses whenever somebody begins to sign in.
  const test = (): void =>
    act.mutate({
      send: async () => {
        const answer = client.sso.login({ query: { providerName: name, platformId: platform.id } })
        await answer.then(
          () => notify({ text: t('single-sign-on.answers', { name: label }) }),
          (error: unknown) =>
            notify({
              kind: 'failed',
              text: t('single-sign-on.silent', { name: label }),
              detail: errorText(error, common),
            }),
        )
      },
    })
  return (
    <Tr>
      <Td className="font-medium">{label}</Td>
      <Td className="font-mono text-xs text-ink-2 max-sm:hidden" title={account}>
        {account}
      </Td>
      <Td className="text-ink-2 max-sm:hidden">
        <span className="flex items-center gap-1.5">
          <Icon aria-hidden size={14} className={cx('shrink-0', known ? 'text-success-fg' : 'text-ink-3')} />
          {known ? t('single-sign-on.on') : t('single-sign-on.off')}
          {known && 'certificateExpiresAt' in known && isDue(known.certificateExpiresAt, now) && (
            <CertificateState expiresAt={known.certificateExpiresAt} />
          )}
        </span>
      </Td>
      <Td className="px-2 text-right text-clip">
        {known ? (
          <Menu
            trigger={<IconButton size="sm" icon={Ellipsis} label={t('single-sign-on.actsOf', { name: label })} />}
            entries={[
              { id: 'test', label: t('single-sign-on.test'), icon: RefreshCw, run: test },
              { id: 'edit', label: common('edit'), icon: Pencil, run: onEdit },
              '-',
              { id: 'delete', label: common('delete'), icon: Trash2, danger: true, run: () => void remove() },
            ]}
          />
        ) : (
          <Button size="sm" aria-label={t('single-sign-on.setUpOf', { name: label })} onClick={onEdit}>
            {t('single-sign-on.setUp')}
          </Button>
        )}
      </Td>
    </Tr>
  )
}
