import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { PlugZap, Plus, Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../api/client.ts'
import { type Connection, connectionsQuery } from '../../api/connections.ts'
import { piecesQuery } from '../../api/piece.ts'
import { useProjectId } from '../../api/session.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { ConnectSheet } from '../../connect/connect-sheet.tsx'
import { Button } from '../../ui/button.tsx'
import { Filter } from '../../ui/filter.tsx'
import { Input } from '../../ui/input.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ChoosePiece } from './choose-piece.tsx'
import { type ConnectionsSearch, parseConnectionsSearch } from './connections-search.ts'
import { ConnectionsTable } from './connections-table.tsx'

const MOST = 100

/** Accounts and keys that flows use. */
export default function ConnectionsPage() {
  const { t } = useTranslation('connections')
  const projectId = useProjectId()
  const search = useSearch({ from: '/shell/connections' })
  const navigate = useNavigate({ from: '/connections' })
  const connections = useQuery(
    connectionsQuery({
      projectId,
      limit: MOST,
      ...(search.name && { displayName: search.name }),
      ...(search.piece && { pieceName: search.piece }),
      ...(search.status && { status: search.status }),
    }),
  )
  const { data: pieces = [] } = useQuery(piecesQuery(projectId))
  const withAuth = useMemo(() => pieces.filter(({ auth }) => auth !== undefined && auth !== null), [pieces])
  const refusal = useRefusal('WRITE_APP_CONNECTION')
  const [isChoosing, setChoosing] = useState(false)
  /** The piece that is being connected, or the connection that is connected again. */
  const [connecting, setConnecting] = useState<{ pieceName: string; connection?: Connection }>()
  const narrow = (change: ConnectionsSearch): void =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
  const isFiltered = Boolean(search.name || search.piece || search.status)
  const add = (
    <Button kind="primary" icon={Plus} refusal={refusal} onClick={() => setChoosing(true)}>
      {t('new')}
    </Button>
  )

  return (
    <>
      <Header title={t('title')} actions={add} />
      <Page>
        <div className="flex flex-wrap items-center gap-2">
          <Input
            icon={Search}
            className="max-w-70 max-sm:max-w-none"
            aria-label={t('search')}
            placeholder={t('search')}
            value={search.name ?? ''}
            onValueChange={(name) => narrow({ name: name || undefined })}
          />
          <Filter
            label={t('piece')}
            single
            values={search.piece ? [search.piece] : []}
            options={withAuth.map(({ name, displayName }) => ({ value: name, label: displayName }))}
            onChange={([piece]) => narrow({ piece })}
          />
          <Filter
            label={t('status')}
            values={search.status ?? []}
            options={(['ACTIVE', 'ERROR', 'MISSING'] as const).map((value) => ({
              value,
              label: t(`statusWord.${value}`),
            }))}
            onChange={(values) => narrow({ status: parseConnectionsSearch({ status: values }).status })}
          />
        </div>
        <Loaded query={connections} skeleton={<RowsSkeleton />}>
          {({ data }) =>
            data.length > 0 ? (
              <ConnectionsTable
                connections={data}
                pieces={pieces}
                onReconnect={(connection) => setConnecting({ pieceName: connection.pieceName, connection })}
              />
            ) : (
              <StateMessage
                icon={PlugZap}
                title={isFiltered ? t('noneFound') : t('none')}
                text={isFiltered ? t('noneFoundText') : t('noneText')}
                actions={
                  isFiltered ? undefined : (
                    <>
                      {add}
                      <GuideLink to="connect-an-account" />
                    </>
                  )
                }
              />
            )
          }
        </Loaded>
      </Page>
      <ChoosePiece
        open={isChoosing}
        pieces={withAuth}
        onClose={() => setChoosing(false)}
        onChoose={(pieceName) => {
          setChoosing(false)
          setConnecting({ pieceName })
        }}
      />
      {connecting && (
        <ConnectSheet
          pieceName={connecting.pieceName}
          connection={connecting.connection}
          onClose={(created) => {
            setConnecting(undefined)
            if (created) void queries.invalidateQueries({ queryKey: ['connections'] })
          }}
        />
      )}
    </>
  )
}
