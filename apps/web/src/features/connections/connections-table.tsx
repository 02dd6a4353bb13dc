import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client, queries } from '../../api/client.ts'
import type { Connection } from '../../api/connections.ts'
import { flowNamesQuery } from '../../api/flows.ts'
import type { PieceSummary } from '../../api/piece.ts'
import { useProjectId } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { useAct } from '../../app/use-act.ts'
import { ActsTh, Table, Th } from '../../ui/table.tsx'
import { ConnectionRow } from './connection-row.tsx'
import { RenameDialog } from './rename-dialog.tsx'
import { ReplaceDialog } from './replace-dialog.tsx'

const MOST_NAMES = 8

interface ConnectionsTableProps {
  connections: readonly Connection[]
  pieces: readonly PieceSummary[]
  onReconnect(connection: Connection): void
}

export function ConnectionsTable({ connections, pieces, onReconnect }: ConnectionsTableProps) {
  const { t } = useTranslation('connections')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const act = useAct('connections', 'flows')
  const [renaming, setRenaming] = useState<Connection>()
  const [replacing, setReplacing] = useState<Connection>()

  const remove = async (connection: Connection): Promise<void> => {
    const count = connection.flowIds.length
    const flows = count > 0 ? await queries.ensureQueryData(flowNamesQuery(projectId)).catch(() => []) : []
    const names = flows.filter(({ id }) => connection.flowIds.includes(id)).map(({ displayName }) => displayName)
    const broken =
      names.length > 0 ? ` ${names.slice(0, MOST_NAMES).join(', ')}${names.length > MOST_NAMES ? ', …' : ''}` : ''
    const agrees = await askToDelete(
      t('deleteTitle', { name: connection.displayName }),
      count > 0 ? t('deleteUsed', { count }) + broken : t('deleteUnused'),
    )
    if (agrees)
      act.mutate({
        send: () => client.appConnections.remove({ params: { id: connection.id } }),
        done: t('deleted', { name: connection.displayName }),
      })
  }

  return (
    <>
      <Table label={t('title')}>
        <thead>
          <tr>
            <Th className="w-[32%]">{common('name')}</Th>
            <Th className="max-md:hidden">{t('piece')}</Th>
            <Th className="max-lg:hidden">{t('externalId')}</Th>
            <Th className="w-32">{t('status')}</Th>
            <Th className="w-24 text-right max-sm:hidden">{t('flows')}</Th>
            <Th className="w-20 max-lg:hidden">{t('owner')}</Th>
            <Th className="w-32 max-md:hidden">{t('changed')}</Th>
            <ActsTh className="w-14" />
          </tr>
        </thead>
        <tbody>
          {connections.map((connection) => (
            <ConnectionRow
              key={connection.id}
              connection={connection}
              piece={pieces.find(({ name }) => name === connection.pieceName)}
              acts={{ reconnect: onReconnect, rename: setRenaming, replace: setReplacing, remove }}
            />
          ))}
        </tbody>
      </Table>
      {renaming && <RenameDialog connection={renaming} onClose={() => setRenaming(undefined)} />}
      {replacing && (
        <ReplaceDialog
          projectId={projectId}
          connection={replacing}
          others={connections.filter(({ id, pieceName }) => pieceName === replacing.pieceName && id !== replacing.id)}
          onClose={() => setReplacing(undefined)}
        />
      )}
    </>
  )
}
