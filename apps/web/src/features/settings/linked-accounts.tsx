import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link2, Unlink } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import { type Flags, flagsQuery, PROVIDERS, type Provider } from '../../api/flags.ts'
import { linkedAccountsQuery } from '../../api/linked-accounts.ts'
import { platformQuery } from '../../api/platform.ts'
import { useSession } from '../../api/session.ts'
import { comeInBy } from '../../app/come-in.ts'
import { relativeTime } from '../../app/format.ts'
import { NotLetIn } from '../../app/let-in.ts'
import { forgetPendingLink, pendingLink } from '../../app/pending-link.ts'
import { Loaded } from '../../app/query-state.tsx'
import { UnseenNote } from '../../app/unseen-note.tsx'
import { useAct } from '../../app/use-act.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { notify } from '../../ui/toast.tsx'
import { Part } from './part.tsx'

const NOUN = 'linked-accounts'

/** Accounts elsewhere by which the person signs in; nothing where the platform has no provider and they no account. */
export function LinkedAccounts() {
  const { t } = useTranslation('settings')
  const list = useQuery(linkedAccountsQuery)
  const { data: flags } = useQuery(flagsQuery)
  const platformId = useSession(({ session }) => session?.platformId ?? '')
  const { data: platform } = useQuery(platformQuery(platformId))
  const act = useAct(NOUN)
  const unlink = async (id: string, name: string): Promise<void> => {
    const question = {
      title: t('linked.unlinkTitle', { name }),
      text: t('linked.unlinkText', { name }),
      confirm: t('linked.unlink'),
      danger: true,
    }
    if (await confirm(question))
      act.mutate({ send: () => client.sso.unlink({ params: { id } }), done: t('linked.unlinked', { name }) })
  }
  if (!flags || !platform) return null
  const providers = PROVIDERS.filter((name) => platform.federatedAuthProviders[name] !== null)
  if (providers.length === 0 && (list.data?.length ?? 0) === 0) return null
  return (
    <Part title={t('linked.title')} text={t('linked.text')}>
      {providers.length > 0 && <Ways flags={flags} platformId={platformId} providers={providers} />}
      <Loaded query={list} skeleton={<RowsSkeleton />}>
        {(accounts) =>
          accounts.length === 0 ? (
            <p className="text-sm text-ink-3">{t('linked.none')}</p>
          ) : (
            <Table label={t('linked.title')}>
              <thead>
                <tr>
                  <Th className="w-48 max-sm:w-32">{t('linked.account')}</Th>
                  <Th>{t('linked.issuer')}</Th>
                  <Th className="w-32 max-sm:hidden">{t('linked.since')}</Th>
                  <ActsTh className="w-12" />
                </tr>
              </thead>
              <tbody>
                {accounts.map(({ id, provider, issuer, created }) => {
                  const name = t(`linked.names.${provider}`)
                  return (
                    <Tr key={id}>
                      <Td className="font-medium">{name}</Td>
                      <Td className="truncate font-mono text-xs text-ink-2" title={issuer}>
                        {issuer}
                      </Td>
                      <Td className="text-ink-3 max-sm:hidden">{relativeTime(created)}</Td>
                      <Td className="px-2">
                        <IconButton
                          size="xs"
                          icon={Unlink}
                          label={t('linked.unlinkOf', { name })}
                          onClick={() => void unlink(id, name)}
                        />
                      </Td>
                    </Tr>
                  )
                })}
              </tbody>
            </Table>
          )
        }
      </Loaded>
    </Part>
  )
}

interface WaysProps {
  flags: Flags
  platformId: string
  providers: readonly Provider[]
}

/** The providers of the platform, to link an account of each. */
function Ways({ flags, platformId, providers }: WaysProps) {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const { t: signIn } = useTranslation('sign-in')
  const queries = useQueryClient()
  const [kept, setKept] = useState(pendingLink)
  const pending = kept?.platformId === platformId ? kept.provider : undefined
  const link = useMutation({
    mutationFn: async (providerName: Provider) =>
      client.sso.link({ body: { providerName, ...(await comeInBy(providerName, flags, platformId)) } }),
    onSuccess: async (_, provider) => {
      forgetPendingLink()
      setKept(undefined)
      notify({ text: t('linked.done', { name: t(`linked.names.${provider}`) }) })
      await queries.invalidateQueries({ queryKey: [NOUN] })
    },
  })
  const reasonOf = (error: Error): string =>
    !(error instanceof NotLetIn)
      ? errorText(error, common)
      : error.reason === 'refused'
        ? signIn('other.refused', { words: error.message })
        : signIn(`other.${error.reason}`)
  return (
    <>
      {pending && <Banner>{t('linked.pending', { name: t(`linked.names.${pending}`) })}</Banner>}
      <UnseenNote />
      {link.error && <Banner tone="failed">{reasonOf(link.error)}</Banner>}
      <div className="flex flex-wrap gap-2">
        {providers.map((provider) => (
          <Button
            key={provider}
            icon={Link2}
            kind={provider === pending ? 'primary' : 'plain'}
            busy={link.isPending && link.variables === provider}
            onClick={() => link.mutate(provider)}
          >
            {t('linked.link', { name: t(`linked.names.${provider}`) })}
          </Button>
        ))}
      </div>
    </>
  )
}
