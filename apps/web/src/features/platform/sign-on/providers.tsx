import { useMutation } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, Ellipsis, FlaskConical, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import type { Flags } from '../../../api/flags.ts'
import type { Platform } from '../../../api/platform.ts'
import { askToDelete } from '../../../app/ask-to-delete.ts'
import { testSignIn } from '../../../app/test-sign-in.ts'
import { useAct } from '../../../app/use-act.ts'
import { useNow } from '../../../app/use-now.ts'
import { Button } from '../../../ui/button.tsx'
import { cx } from '../../../ui/cx.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../../ui/table.tsx'
import { isDue } from './certificate.ts'
import { Part } from './part.tsx'
import { PROVIDERS, type ProviderName } from './provider-forms.ts'
import { ProviderSheet } from './provider-sheet.tsx'
import { CertificateState } from './saml-facts.tsx'
import { TestSheet } from './test-sheet.tsx'

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
            <ProviderRow key={name} name={name} platform={platform} flags={flags} onEdit={() => setEdited(name)} />
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
  flags: Flags
  onEdit(): void
}

function ProviderRow({ name, platform, flags, onEdit }: RowProps) {
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
  // The window opens in the click itself: browsers open none later.
  const test = useMutation({ mutationFn: () => testSignIn(name, flags) })
  return (
    <Tr>
      <Td className="font-medium">
        {label}
        {!test.isIdle && (
          <TestSheet
            label={label}
            result={test.data}
            error={test.error}
            onAgain={() => test.mutate()}
            onClose={() => test.reset()}
          />
        )}
      </Td>
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
              { id: 'test', label: t('single-sign-on.test'), icon: FlaskConical, run: () => test.mutate() },
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
