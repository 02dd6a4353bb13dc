import type { PartUse } from '@piecework/model/flow/kinds/kind'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import { partOf } from '@piecework/model/flow/piece-step'
import type { Trigger } from '@piecework/model/flow/step'
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
  const uses = [...walk(trigger)]
    .flatMap((step) => kindOf(step).piece(step) ?? [])
    .filter((use) => use.pieceName === pieceName && use.pieceVersion === pieceVersion)
  const major = semver.major(leastVersion(pieceVersion))
  return versions
    .map(({ metadata }) => metadata)
    .find((piece) => semver.major(piece.version) === major && uses.every((use) => hasAllOf(piece, use)))
}

function hasAllOf(piece: PieceMetadata, use: PartUse): boolean {
  const part = use.name === undefined ? undefined : partOf(piece, use.part, use.name)
  if (!part) return false
  const { auth: _, ...input } = use.input
  const given = new Set(Object.keys(input).filter((key) => input[key] !== undefined && input[key] !== null))
  const needed = Object.entries(part.props).filter(
    ([, { required, defaultValue }]) => required === true && (defaultValue === undefined || defaultValue === null),
  )
  return [...given].every((key) => Object.hasOwn(part.props, key)) && needed.every(([key]) => given.has(key))
}
