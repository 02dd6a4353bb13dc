import {
  CircleAlert,
  CircleCheck,
  Copy,
  Ellipsis,
  Globe,
  Pencil,
  RefreshCw,
  Replace,
  Trash2,
  TriangleAlert,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/connections.ts'
import type { PieceSummary } from '../../api/piece.ts'
import { relativeTime } from '../../app/format.ts'
import { useRefusal } from '../../app/refusal.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { RowActs, Td, Tr } from '../../ui/table.tsx'
import { Tile } from '../../ui/tile.tsx'

const LOOKS = {
  ACTIVE: { icon: CircleCheck, colour: 'text-success-fg' },
  ERROR: { icon: CircleAlert, colour: 'text-failed-fg' },
  MISSING: { icon: TriangleAlert, colour: 'text-warning-fg' },
} as const

interface ConnectionRowProps {
  connection: Connection
  piece: PieceSummary | undefined
  acts: Record<'reconnect' | 'rename' | 'replace' | 'remove', (connection: Connection) => unknown>
}

/** One connection in the table, with its menu. */
export function ConnectionRow({ connection, piece, acts }: ConnectionRowProps) {
  const { t } = useTranslation('connections')
  const { displayName, pieceName, externalId, status, scope, flowIds, owner, updated } = connection
  const { icon: Icon, colour } = LOOKS[status]
  return (
    <Tr>
      <Td title={displayName}>
        <span className="flex items-center gap-2.5">
          <Tile size="sm" name={piece?.displayName ?? pieceName} imageUrl={piece?.logoUrl} />
          <span className="min-w-0 truncate font-medium">{displayName}</span>
          {scope === 'PLATFORM' && <Badge icon={Globe}>{t('global')}</Badge>}
        </span>
      </Td>
      <Td className="text-ink-2 max-md:hidden">{piece?.displayName ?? pieceName}</Td>
      <Td className="font-mono text-xs text-ink-2 max-lg:hidden">{externalId}</Td>
      <Td>
        <span className="inline-flex items-center gap-1.5">
          <Icon aria-hidden size={16} strokeWidth={1.5} className={colour} />
          {t(`statusWord.${status}`)}
        </span>
      </Td>
      <Td className="text-right tabular-nums max-sm:hidden">{flowIds.length}</Td>
      <Td className="max-lg:hidden">
        {owner && <Avatar name={`${owner.firstName} ${owner.lastName}`} imageUrl={owner.imageUrl} />}
      </Td>
      <Td className="text-ink-3 max-md:hidden">{relativeTime(updated)}</Td>
      <Td className="px-2">
        <RowActs>
          <ConnectionMenu connection={connection} acts={acts} />
        </RowActs>
      </Td>
    </Tr>
  )
}

function ConnectionMenu({ connection, acts }: Pick<ConnectionRowProps, 'connection' | 'acts'>) {
  const { t } = useTranslation('connections')
  const { t: common } = useTranslation()
  const mayNot = useRefusal('WRITE_APP_CONNECTION')
  const refusal = mayNot ?? (connection.scope === 'PLATFORM' ? t('isGlobal') : undefined)
  const change = (act: keyof typeof acts) => ({ refusal, run: () => void acts[act](connection) })
  return (
    <Menu
      trigger={<IconButton size="xs" icon={Ellipsis} label={t('actsOf', { name: connection.displayName })} />}
      entries={[
        { id: 'reconnect', label: t('reconnect'), icon: RefreshCw, ...change('reconnect') },
        { id: 'rename', label: common('rename'), icon: Pencil, ...change('rename') },
        { id: 'replace', label: t('replace'), icon: Replace, ...change('replace') },
        {
          id: 'copy',
          label: t('copyId'),
          icon: Copy,
          run: () => void navigator.clipboard.writeText(connection.externalId),
        },
        '-',
        { id: 'delete', label: common('delete'), icon: Trash2, danger: true, ...change('remove') },
      ]}
    />
  )
}
