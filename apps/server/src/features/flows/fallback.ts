import { partOf } from '@piecework/model/flow/piece-step'
import type { PieceAction, PieceTrigger, Trigger } from '@piecework/model/flow/step'
import { leastVersion } from '@piecework/model/flow/step'
import type { PieceUse } from '@piecework/model/flow/validity'
import { walk } from '@piecework/model/flow/walk'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import semver from 'semver'

/**
 * Another version of a piece that can take the place of a missing one: of the same major version, with everything that
 * the steps use, and nothing required that they do not have. The newest that can, else undefined.
 */
export function olderOrNewer(
  { pieceName, pieceVersion }: PieceUse,
  trigger: Trigger,
  versions: readonly { metadata: PieceMetadata }[],
): PieceMetadata | undefined {
  const steps = [...walk(trigger)].filter(
    (step): step is PieceAction | PieceTrigger =>
      (step.type === 'PIECE' || step.type === 'PIECE_TRIGGER') &&
      step.settings.pieceName === pieceName &&
      step.settings.pieceVersion === pieceVersion,
  )
  const major = semver.major(leastVersion(pieceVersion))
  return versions
    .map(({ metadata }) => metadata)
    .find((piece) => semver.major(piece.version) === major && steps.every((step) => hasAllOf(piece, step)))
}

function hasAllOf(piece: PieceMetadata, step: PieceAction | PieceTrigger): boolean {
  const [kind, name] =
    step.type === 'PIECE'
      ? (['action', step.settings.actionName] as const)
      : (['trigger', step.settings.triggerName] as const)
  const part = name === undefined ? undefined : partOf(piece, kind, name)
  if (!part) return false
  const { auth: _, ...input } = step.settings.input
  const given = new Set(Object.keys(input).filter((key) => input[key] !== undefined && input[key] !== null))
  const needed = Object.entries(part.props).filter(
    ([, { required, defaultValue }]) => required === true && (defaultValue === undefined || defaultValue === null),
  )
  return [...given].every((key) => Object.hasOwn(part.props, key)) && needed.every(([key]) => given.has(key))
}
