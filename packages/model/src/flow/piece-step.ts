import type { ActionMetadata, PieceMetadata, TriggerMetadata } from '../piece/metadata.ts'
import { inputSchema } from './prop-schema.ts'
import { inputOfOtherVersions, translatedInput } from './stand-in.ts'
import { leastVersion, type PieceAction, type PieceTrigger, type Step } from './step.ts'

/** The common part of steps of pieces: whether they are ready to run, by the metadata of their piece. */

/** A piece that a step runs on. */
export interface FoundPiece {
  metadata: PieceMetadata
  /** The exact version that the step is pinned to: that of the piece, or of the version that it replaces. */
  version: string
}

/** Whether a step is an action or a trigger of a piece. */
export const isPieceStep = (step: Step): step is PieceAction | PieceTrigger =>
  step.type === 'PIECE' || step.type === 'PIECE_TRIGGER'

/** Finds the piece for a version or range in a step; undefined when there is none. */
export type PieceLookup = (pieceName: string, pieceVersion: string) => FoundPiece | undefined

export interface Validation {
  valid: boolean
  /** The input to store instead, when it was cleaned. */
  input?: Record<string, unknown>
  /** The exact version to store instead. */
  pieceVersion?: string
}

/** A reason why a field of a step is not valid. */
export interface FieldProblem {
  field: string
  /** The branch of a router that the problem is in. */
  branchIndex?: number
  message: string
}

/** The version to store, when it differs from that of the step. */
function exactVersion(piece: FoundPiece | undefined, written: string): { pieceVersion?: string } {
  const version = piece?.version ?? leastVersion(written)
  return version === written ? {} : { pieceVersion: version }
}

/** Checks a step of a piece. A step whose piece the lookup does not know is not valid. */
export function validatePiece(
  settings: { pieceName: string; pieceVersion: string; input: Record<string, unknown> },
  kind: 'action' | 'trigger',
  name: string | undefined,
  lookup: PieceLookup,
): Validation {
  const { pieceName, pieceVersion, input } = settings
  const piece = lookup(pieceName, pieceVersion)
  const version = exactVersion(piece, pieceVersion)
  if (!piece || !name) return { valid: false, ...version }
  return { ...validatePart(piece.metadata, pieceVersion, partOf(piece.metadata, kind, name), input), ...version }
}

/** Checks an action or trigger with the piece that was found, for any version in the step. */
function validatePart(
  piece: PieceMetadata,
  pieceVersion: string,
  part: ActionMetadata | TriggerMetadata | undefined,
  input: Record<string, unknown>,
): Validation {
  if (!part) return { valid: false }
  const cleaned = cleanedInput(piece, part, pieceVersion, input)
  const authGiven = !needsAuth(piece, part) || (typeof cleaned.auth === 'string' && cleaned.auth !== '')
  const valid = authGiven && inputSchema(part.props).safeParse(cleaned).success
  const others = piece.version === pieceVersion ? {} : inputOfOtherVersions(piece.name, part.name, input)
  return { valid, input: { ...others, ...cleaned } }
}

/** The part of an input that the piece understands, for any version in the step. */
export function cleanedInput(
  piece: PieceMetadata,
  part: ActionMetadata | TriggerMetadata,
  pieceVersion: string,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const { name, props } = part
  const own = piece.version === pieceVersion ? input : translatedInput(piece.name, name, props, input)
  const keys = Object.keys(props)
  if (needsAuth(piece, part) && !keys.includes('auth')) keys.push('auth')
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(own, key)).map((key) => [key, own[key]]))
}

/** The action or trigger of a piece by its name. */
export function partOf(
  piece: PieceMetadata,
  kind: 'action' | 'trigger',
  name: string,
): ActionMetadata | TriggerMetadata | undefined {
  return kind === 'action' ? ownValue(piece.actions, name) : ownValue(piece.triggers, name)
}

/** Whether a step of this action or trigger must have a connection. */
export function needsAuth(piece: PieceMetadata, part: ActionMetadata | TriggerMetadata): boolean {
  return hasAuth(piece) && part.requireAuth
}

function hasAuth(piece: PieceMetadata): boolean {
  return Array.isArray(piece.auth) ? piece.auth.length > 0 : piece.auth !== undefined
}

function ownValue<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** The reasons why a step of a piece is not valid. */
export function* problemsOfPiece(
  settings: { pieceName: string; pieceVersion: string; input: Record<string, unknown> },
  part: string | undefined,
  kind: 'action' | 'trigger',
  lookup: PieceLookup,
): Generator<FieldProblem> {
  const { pieceName, pieceVersion, input } = settings
  const found = pieceName ? lookup(pieceName, pieceVersion) : undefined
  if (!pieceName) yield { field: 'piece', message: 'is not chosen' }
  else if (!found) yield { field: 'piece', message: `${pieceName}@${pieceVersion} is not installed` }
  else if (!part) yield { field: kind, message: 'is not chosen' }
  else {
    const { metadata } = found
    const known = partOf(metadata, kind, part)
    if (known) yield* problemsOfInput(metadata, known, cleanedInput(metadata, known, pieceVersion, input))
    else yield { field: kind, message: `${part} is not one of ${pieceName}@${metadata.version}` }
  }
}

function* problemsOfInput(
  piece: PieceMetadata,
  part: ActionMetadata | TriggerMetadata,
  input: Record<string, unknown>,
): Generator<FieldProblem> {
  if (needsAuth(piece, part) && (typeof input.auth !== 'string' || input.auth === ''))
    yield { field: 'auth', message: 'is required: choose a connection' }
  const { error } = inputSchema(part.props).safeParse(input)
  for (const { path, message } of error?.issues ?? []) {
    const [head] = path
    const value = typeof head === 'string' ? input[head] : undefined
    const isEmpty = value === undefined || value === null || value === ''
    // A step without its optional lists counts as not valid, but it runs.
    if (isEmpty && typeof head === 'string' && part.props[head]?.required === false) continue
    yield { field: path.join('.'), message: isEmpty ? 'is required' : `does not fit: ${message}` }
  }
}
