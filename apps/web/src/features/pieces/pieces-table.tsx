import { useTranslation } from 'react-i18next'
import type { PieceSummary } from '../../api/piece.ts'
import { Badge } from '../../ui/badge.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Tile } from '../../ui/tile.tsx'
import type { Visibility } from './use-visibility.ts'

interface PiecesTableProps {
  pieces: readonly PieceSummary[]
  /** The choice of visible pieces; only administrators have it, because they can hide pieces. */
  visibility: Visibility | undefined
  onOpen(name: string): void
}

export function PiecesTable({ pieces, visibility, onOpen }: PiecesTableProps) {
  const { t } = useTranslation('pieces')
  const { t: common } = useTranslation()
  return (
    <Table label={t('title')}>
      <thead>
        <tr>
          <Th className="w-64 max-sm:w-auto">{common('name')}</Th>
          <Th className="max-md:hidden">{t('description')}</Th>
          <Th className="w-24 max-sm:hidden">{t('version')}</Th>
          <Th className="w-20 text-right max-lg:hidden">{t('actions')}</Th>
          <Th className="w-20 text-right max-lg:hidden">{t('triggers')}</Th>
          {visibility && <Th className="w-20">{t('visible')}</Th>}
        </tr>
      </thead>
      <tbody>
        {pieces.map((piece) => (
          <Tr key={piece.name}>
            <Td>
              <span className="flex items-center gap-2.5">
                <Tile size="sm" name={piece.displayName} imageUrl={piece.logoUrl} />
                <button
                  type="button"
                  onClick={() => onOpen(piece.name)}
                  className="min-w-0 truncate rounded-xs font-medium hover:underline"
                >
                  {piece.displayName}
                </button>
                {piece.tags?.slice(0, 2).map((tag) => (
                  <Badge key={tag}>{tag}</Badge>
                ))}
              </span>
            </Td>
            <Td className="text-ink-2 max-md:hidden" title={piece.description}>
              {piece.description}
            </Td>
            <Td className="font-mono text-xs max-sm:hidden">{piece.version}</Td>
            <Td className="text-right tabular-nums max-lg:hidden">{piece.actions}</Td>
            <Td className="text-right tabular-nums max-lg:hidden">{piece.triggers}</Td>
            {visibility && (
              <Td title={visibility.shows(piece.name) ? undefined : t('hiddenText')}>
                <Switch
                  quiet
                  label={t('visibleOf', { name: piece.displayName })}
                  disabled={!visibility.isKnown}
                  checked={visibility.shows(piece.name)}
                  onChange={(isShown) => visibility.turn(piece.name, isShown)}
                />
              </Td>
            )}
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
