import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PieceSummary } from '../../api/piece.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Input } from '../../ui/input.tsx'
import { Tile } from '../../ui/tile.tsx'

interface ChoosePieceProps {
  open: boolean
  /** Those that need a connection. */
  pieces: readonly PieceSummary[]
  onChoose(pieceName: string): void
  onClose(): void
}

/** Which app or service to connect. */
export function ChoosePiece({ open, pieces, onChoose, onClose }: ChoosePieceProps) {
  const { t } = useTranslation('connections')
  const [search, setSearch] = useState('')
  const words = search.toLowerCase()
  const shown = pieces.filter((piece) => `${piece.displayName} ${piece.name}`.toLowerCase().includes(words))
  return (
    <Dialog open={open} onClose={onClose} shape="sheet" title={t('choosePiece')}>
      <Input
        icon={Search}
        autoFocus
        aria-label={t('searchPieces')}
        placeholder={t('searchPieces')}
        value={search}
        onValueChange={setSearch}
      />
      <ul className="-mx-2 flex flex-col">
        {shown.map((piece) => (
          <li key={piece.name}>
            <button
              type="button"
              onClick={() => onChoose(piece.name)}
              className="flex w-full items-center gap-3 rounded-sm px-2 py-2 text-left hover:bg-hover"
            >
              <Tile name={piece.displayName} imageUrl={piece.logoUrl} />
              <span className="min-w-0">
                <span className="block truncate font-medium">{piece.displayName}</span>
                <span className="block truncate text-xs text-ink-3">{piece.description}</span>
              </span>
            </button>
          </li>
        ))}
        {shown.length === 0 && <li className="px-2 text-sm text-ink-3">{t('noPiece')}</li>}
      </ul>
    </Dialog>
  )
}
