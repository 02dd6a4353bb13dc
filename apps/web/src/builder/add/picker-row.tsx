import { ChevronRight, Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../ui/cx.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { Tile } from '../../ui/tile.tsx'
import { shownKindOf } from '../steps/kinds/registry.ts'
import type { Choice, Row } from './rows.ts'

interface PickerRowProps {
  id: string
  row: Row
  isCurrent: boolean
  /** The first of its group, whose name stands above it. */
  isFirst: boolean
  isDisabled: boolean
  isBusy: boolean
  onChoose(): void
}

/** A line of the step picker. */
export function PickerRow({
  id,
  row: { group, choice },
  isCurrent,
  isFirst,
  isDisabled,
  isBusy,
  onChoose,
}: PickerRowProps) {
  const { t } = useTranslation('builder')
  const { title, help } = useWords(choice, isBusy, isDisabled)
  // The second row describes a choice, but what an installation needs is said with its name.
  const isDescribed = choice.kind !== 'available'
  return (
    <>
      {isFirst && group !== 'parts' && (
        <div role="presentation" className="px-2 pt-2 pb-1 text-xs text-ink-3">
          {t(`add.group.${group}`)}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={isCurrent}
        aria-disabled={isDisabled || undefined}
        aria-busy={isBusy || undefined}
        aria-describedby={isDescribed ? `${id}-help` : undefined}
        onClick={onChoose}
        className={cx(
          'flex cursor-default items-center gap-2.5 rounded-sm px-2 py-1.5 hover:bg-hover',
          isCurrent && 'bg-hover',
        )}
      >
        <TileOf choice={choice} title={title} />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{title}</span>
          <span id={`${id}-help`} aria-hidden={isDescribed || undefined} className="block truncate text-xs text-ink-3">
            {help}
          </span>
        </span>
        {choice.kind === 'piece' && <ChevronRight aria-hidden size={14} className="text-ink-3" />}
        {isBusy && <Spinner />}
        {choice.kind === 'available' && !isBusy && !isDisabled && (
          <Download aria-hidden size={14} className="text-ink-3" />
        )}
      </div>
    </>
  )
}

function TileOf({ choice, title }: { choice: Choice; title: string }) {
  if (choice.kind === 'builtIn') return <Tile name={title} icon={shownKindOf(choice).icon} />
  if (choice.kind === 'available') return <Tile name={shortName(title)} />
  return <Tile name={choice.piece.displayName} imageUrl={choice.piece.logoUrl} />
}

/** The words in the two rows of a line. */
function useWords(choice: Choice, isBusy: boolean, isDisabled: boolean): { title: string; help: string } {
  const { t } = useTranslation('builder')
  switch (choice.kind) {
    case 'builtIn':
      return { title: t(`kind.${choice.type}`), help: t(`kindHelp.${choice.type}`) }
    case 'part':
      return {
        title: choice.part.displayName,
        help: `${choice.piece.displayName}. ${choice.part.description}`,
      }
    case 'piece':
      return { title: choice.piece.displayName, help: choice.piece.description }
    case 'available': {
      const version = choice.piece.pieceVersion
      const help = isBusy
        ? t('add.installing', { version })
        : t(isDisabled ? 'add.askToInstall' : 'add.installHelp', { version })
      return { title: choice.piece.pieceName, help }
    }
  }
}

/** The part that tells packages of one scope apart: `sheets` of `@scope/piece-sheets`. */
const shortName = (name: string): string => name.replace(/^.*\//, '').replace(/^piece-/, '')
