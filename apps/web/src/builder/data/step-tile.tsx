import type { Step } from '@piecework/model/flow/step'
import { useQuery } from '@tanstack/react-query'
import { pieceQuery } from '../../api/piece.ts'
import { useProjectId } from '../../api/session.ts'
import { Tile } from '../../ui/tile.tsx'
import { iconOf } from '../steps/registry.ts'

interface StepTileProps {
  step: Step
  size?: 'xs' | 'sm' | 'md' | 'lg'
}

/** The sign of a step: its own logo, that of its piece, or the icon of its kind. */
export function StepTile({ step, size = 'md' }: StepTileProps) {
  const settings = step.type === 'PIECE' || step.type === 'PIECE_TRIGGER' ? step.settings : undefined
  const { data: piece } = useQuery({
    ...pieceQuery(settings?.pieceName ?? '', settings?.pieceVersion ?? '', useProjectId()),
    enabled: settings !== undefined,
  })
  const logo = settings?.customLogoUrl ?? piece?.logoUrl
  return <Tile name={piece?.displayName ?? step.displayName} imageUrl={logo} icon={iconOf(step.type)} size={size} />
}
