import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX, Copy, Ellipsis, Pencil, Plus, RefreshCw, Trash2, Vault } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type SecretManager, secretManagersQuery } from '../../api/secret-managers.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-input.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { notify } from '../../ui/toast.tsx'
import { SecretManagerSheet } from './secret-manager-sheet.tsx'

/** Places outside where secrets of connections are kept. */
export function SecretManagers() {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const managers = useQuery(secretManagersQuery)
  const act = useAct('secret-managers')
  /** The one in the sheet; null for a new one. */
  const [edited, setEdited] = useState<SecretManager | null>()
  const forgetAll = (): void =>
    act.mutate({
      send: () => client.secretManagers.clearCache({ query: {} }),
      done: t('secret-managers.forgotten'),
    })
  return (
    <>
      <SectionHead
        title={t('secret-managers.title')}
        text={t('secret-managers.text')}
        actions={
          <Button kind="primary" icon={Plus} onClick={() => setEdited(null)}>
            {t('secret-managers.new')}
          </Button>
        }
      />
      <Loaded query={managers} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage
              icon={Vault}
              title={t('secret-managers.none')}
              text={t('secret-managers.noneText')}
              actions={<GuideLink to="secret-managers" />}
            />
          ) : (
            <>
              <Table label={t('secret-managers.title')}>
                <thead>
                  <tr>
                    <Th>{common('name')}</Th>
                    <Th className="w-44 max-sm:hidden">{t('secret-managers.kind')}</Th>
                    <Th className="w-32 max-md:hidden">{t('secret-managers.usedBy')}</Th>
                    <Th className="w-32">{t('secret-managers.state')}</Th>
                    <ActsTh className="w-12" />
                  </tr>
                </thead>
                <tbody>
                  {list.map((manager) => (
                    <ManagerRow key={manager.id} manager={manager} onEdit={() => setEdited(manager)} />
                  ))}
                </tbody>
              </Table>
              <div>
                <Button size="sm" icon={RefreshCw} busy={act.isPending} onClick={forgetAll}>
                  {t('secret-managers.forget')}
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
      {edited !== undefined && <SecretManagerSheet manager={edited} onClose={() => setEdited(undefined)} />}
    </>
  )
}

function ManagerRow({ manager, onEdit }: { manager: SecretManager; onEdit(): void }) {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const act = useAct('secret-managers')
  const queries = useQueryClient()
  const { id, name, providerId, scope, projectIds, connection } = manager
  const Icon = connection.connected ? CircleCheck : CircleX
  const remove = async (): Promise<void> => {
    const agrees = await askToDelete(t('secret-managers.deleteTitle', { name }), t('secret-managers.deleteText'))
    if (agrees) act.mutate({ send: () => client.secretManagers.remove({ params: { id } }) })
  }
  // The server remembers for an hour whether it was let in: it tries again once that is forgotten.
  const test = (): void =>
    act.mutate({
      send: async () => {
        await client.secretManagers.clearCache({ query: { connectionId: id } })
        const list = await queries.fetchQuery({ ...secretManagersQuery, staleTime: 0 })
        const isIn = list.find((other) => other.id === id)?.connection.connected === true
        notify(
          isIn
            ? { text: t('secret-managers.letIn', { name }) }
            : {
                kind: 'failed',
                text: t('secret-managers.keptOut', { name }),
                detail: t('secret-managers.keptOutHelp'),
              },
        )
      },
    })
  return (
    <Tr>
      <Td className="font-medium" title={name}>
        {name}
      </Td>
      <Td className="text-ink-2 max-sm:hidden">{t(`secret-managers.kinds.${providerId}`)}</Td>
      <Td className="text-ink-2 max-md:hidden">
        {scope === 'PLATFORM'
          ? t('secret-managers.allProjects')
          : t('secret-managers.projects', { count: projectIds.length })}
      </Td>
      <Td className="text-ink-2">
        <span className="flex items-center gap-1.5">
          <Icon aria-hidden size={14} className={connection.connected ? 'text-success-fg' : 'text-failed-fg'} />
          {connection.connected ? t('secret-managers.connected') : t('secret-managers.refused')}
        </span>
      </Td>
      <Td className="px-2 text-clip">
        <Menu
          trigger={<IconButton size="sm" icon={Ellipsis} label={t('secret-managers.actsOf', { name })} />}
          entries={[
            { id: 'test', label: t('secret-managers.test'), icon: RefreshCw, run: test },
            {
              id: 'copy',
              label: t('secret-managers.copyReference'),
              icon: Copy,
              run: () => void copyText(`{{${id}|ap_sep_v1|}}`, common('copied')),
            },
            { id: 'edit', label: common('edit'), icon: Pencil, run: onEdit },
            '-',
            { id: 'delete', label: common('delete'), icon: Trash2, danger: true, run: () => void remove() },
          ]}
        />
      </Td>
    </Tr>
  )
}
