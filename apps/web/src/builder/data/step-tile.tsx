import { isPieceStep } from '@piecework/model/flow/piece-step'
import type { Step } from '@piecework/model/flow/step'
import { useQuery } from '@tanstack/react-query'
import { pieceQuery } from '../../api/piece.ts'
import { useProjectId } from '../../api/session.ts'
import { Tile } from '../../ui/tile.tsx'
import { shownKindOf } from '../steps/kinds/registry.ts'

interface StepTileProps {
  step: Step
  size?: 'xs' | 'sm' | 'md' | 'lg'
}

/** The sign of a step: its own logo, that of its piece, or the icon of its kind. */
export function StepTile({ step, size = 'md' }: StepTileProps) {
  const settings = isPieceStep(step) ? step.settings : undefined
  const { data: piece } = useQuery({
    ...pieceQuery(settings?.pieceName ?? '', settings?.pieceVersion ?? '', useProjectId()),
    enabled: settings !== undefined,
  })
  const logo = settings?.customLogoUrl ?? piece?.logoUrl
  return (
    <Tile name={piece?.displayName ?? step.displayName} imageUrl={logo} icon={shownKindOf(step).icon} size={size} />
  )
}
