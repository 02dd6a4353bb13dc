import type { ActionMetadata, PieceMetadata, TriggerMetadata } from '../piece/metadata.ts'
import { inputSchema } from './prop-schema.ts'
import { translatedInput, wordsOfOthers } from './stand-in.ts'
import { leastVersion } from './step.ts'

/** What steps of pieces have in common: whether they are ready to run, by the metadata of their piece. */

/** A piece that a step runs on. */
export interface FoundPiece {
  metadata: PieceMetadata
  /** The exact version that the step is pinned to: that of the piece, or of the one that it stands in for. */
  version: string
}

/** The piece for a version or range as a step writes it, or undefined when there is none. */
export type PieceLookup = (pieceName: string, pieceVersion: string) => FoundPiece | undefined

export interface Verdict {
  valid: boolean
  /** The input to store instead, when it was cleaned. */
  input?: Record<string, unknown>
  /** The exact version to store instead. */
  pieceVersion?: string
}

/** What keeps a field of a step from being valid. */
export interface FieldProblem {
  field: string
  message: string
}

/** The version to store, when it is another one than the step has. */
function exactVersion(piece: FoundPiece | undefined, written: string): { pieceVersion?: string } {
  const version = piece?.version ?? leastVersion(written)
  return version === written ? {} : { pieceVersion: version }
}

/** Judges a step of a piece. One that the lookup does not know is not valid. */
export function judgePiece(
  settings: { pieceName: string; pieceVersion: string; input: Record<string, unknown> },
  kind: 'action' | 'trigger',
  name: string | undefined,
  lookup: PieceLookup,
): Verdict {
  const { pieceName, pieceVersion, input } = settings
  const piece = lookup(pieceName, pieceVersion)
  const version = exactVersion(piece, pieceVersion)
  if (!piece || !name) return { valid: false, ...version }
  return { ...judgePart(piece.metadata, pieceVersion, partOf(piece.metadata, kind, name), input), ...version }
}

/** Judges an action or trigger by the piece that there is, whichever version the step names. */
function judgePart(
  piece: PieceMetadata,
  pieceVersion: string,
  part: ActionMetadata | TriggerMetadata | undefined,
  input: Record<string, unknown>,
): Verdict {
  if (!part) return { valid: false }
  const cleaned = cleanedInput(piece, part, pieceVersion, input)
  const authGiven = !needsAuth(piece, part) || (typeof cleaned.auth === 'string' && cleaned.auth !== '')
  const valid = authGiven && inputSchema(part.props).safeParse(cleaned).success
  const others = piece.version === pieceVersion ? {} : wordsOfOthers(piece.name, part.name, input)
  return { valid, input: { ...others, ...cleaned } }
}

/** What of an input the piece understands, whichever version the step names. */
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

/** What keeps a step of a piece from being valid. */
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
    // A step counts as not valid without its optional lists (spec: facts/flow-model.md section 3), but it runs.
    if (isEmpty && typeof head === 'string' && part.props[head]?.required === false) continue
    yield { field: path.join('.'), message: isEmpty ? 'is required' : `does not fit: ${message}` }
  }
}
