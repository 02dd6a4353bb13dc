import type { Step } from '@piecework/model/flow/step'
import { useQuery } from '@tanstack/react-query'
import { Code, GitFork, type LucideIcon, Repeat, Zap } from 'lucide-react'
import { pieceQuery } from '../../api/piece.ts'
import { useProjectId } from '../../api/session.ts'
import { Tile } from '../../ui/tile.tsx'

const ICONS: Partial<Record<Step['type'], LucideIcon>> = {
  CODE: Code,
  LOOP_ON_ITEMS: Repeat,
  ROUTER: GitFork,
  EMPTY: Zap,
}

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
  return <Tile name={piece?.displayName ?? step.displayName} imageUrl={logo} icon={ICONS[step.type]} size={size} />
}
