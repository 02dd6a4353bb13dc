import type { ErrorHandlingOptions } from '@piecework/model/flow/step'
import { type Node, type StringLiteral, SyntaxKind } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import type { StepDetails } from '../dialect.ts'
import type { Parsed } from './parse.ts'
import type { ValueReader } from './values.ts'

/** Reads the settings of one step. */

export type Json = Record<string, unknown>

export interface Reading extends Parsed {
  /** The files next to the program. */
  files: ReadonlyMap<string, string>
  details: ReadonlyMap<string, StepDetails>
  /** The steps by their variables, and by the variables that they had when they were exported. */
  names: Map<string, string>
  used: Set<string>
  /** The external ids of the flows that this one calls, by their files. */
  calls: ReadonlyMap<string, string>
  now: string
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The details of a step; nothing for one that is new. */
export function noted(named: string, { details, now }: Reading): StepDetails {
  return details.get(named) ?? { name: named, valid: false, lastUpdatedDate: now }
}

interface Options {
  title?: string
  retry: boolean
  continueOnFailure: boolean
  skip: boolean
  packageJson?: string
}

export function readOptions(node: Node | undefined, values: ValueReader, { refuse }: Parsed): Options {
  const options: Options = { retry: false, continueOnFailure: false, skip: false }
  if (!node) return options
  const given = values.json(node)
  if (!isMap(given)) return refuse(node, 'The options of a step are an object.')
  for (const [key, value] of Object.entries(given)) {
    if ((key === 'title' || key === 'packageJson') && typeof value === 'string') options[key] = value
    else if ((key === 'retry' || key === 'continueOnFailure' || key === 'skip') && typeof value === 'boolean')
      options[key] = value
    else
      refuse(node, `There is no option '${key}' with this value: title, packageJson, retry, continueOnFailure, skip.`)
  }
  return options
}

export const isMissing = (node: Node): boolean => is.isIdentifier(node) && node.text === 'undefined'
export const lookOf = ({ customLogoUrl }: StepDetails): Json => (customLogoUrl === undefined ? {} : { customLogoUrl })

export function readPiece(
  node: Node,
  values: ValueReader,
  { refuse }: Parsed,
): { pieceName: string; pieceVersion: string } {
  const text = values.text(node)
  const at = text.lastIndexOf('@')
  if (at <= 0) return refuse(node, "A piece is written as 'name@version'.")
  return { pieceName: text.slice(0, at), pieceVersion: text.slice(at + 1) }
}

/** `() => value` */
export function thunk(node: Node | undefined, at: Node, { refuse }: Parsed): Node {
  if (!node || !is.isArrowFunction(node) || node.parameters.length > 0 || is.isBlock(node.body))
    return refuse(node ?? at, "The input of a step is written as '() => ({ … })'.")
  return node.body
}

export function readInput(node: Node | undefined, values: ValueReader, reading: Reading): Json {
  if (!node || isMissing(node)) return {}
  const input = values.value(thunk(node, node, reading))
  return isMap(input) ? input : reading.refuse(node, 'The input of a step is an object.')
}

export const skipOf = (skip: boolean, before: boolean | undefined): Json =>
  skip === (before === true) ? (before === undefined ? {} : { skip: before }) : { skip }

/** The options of the program; as they were written before, where that says the same. */
export function errorsOf({ retry, continueOnFailure }: Options, before: ErrorHandlingOptions | undefined): Json {
  const same =
    (before?.retryOnFailure?.value === true) === retry &&
    (before?.continueOnFailure?.value === true) === continueOnFailure
  if (same) return before ? { errorHandlingOptions: before } : {}
  return {
    errorHandlingOptions: { retryOnFailure: { value: retry }, continueOnFailure: { value: continueOnFailure } },
  }
}

/** The path in `() => import('…')`. */
export function importOf(node: Node | undefined, at: Node, reason: string, { refuse }: Parsed): StringLiteral {
  const body = node && is.isArrowFunction(node) && node.parameters.length === 0 ? node.body : undefined
  const path =
    body && is.isCallExpression(body) && body.expression.kind === SyntaxKind.ImportKeyword
      ? body.arguments[0]
      : undefined
  return path && is.isStringLiteral(path) ? path : refuse(node ?? at, reason)
}

/** `() => import('./steps/x.ts')` */
export function readCode(node: Node | undefined, at: Node, reading: Reading): string {
  const path = importOf(node, at, "The code of a step is written as '() => import('./steps/name.ts')'.", reading)
  const file = path.text.replace(/^\.\//, '')
  return reading.files.get(file) ?? reading.refuse(path, `There is no file ${file}.`)
}
