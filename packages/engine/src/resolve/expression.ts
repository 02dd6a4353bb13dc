import { isPure } from './purity.ts'

/**
 * Expressions: the text between `{{` and `}}`. This file recognises plain paths and connections, which never reach an
 * evaluator; the rest is JavaScript (docs/runs.md, Expressions).
 */

export type Key = string | number

/** A step that a script mentions. `light` means only its `item` or `index` is used, so a loop need not be copied whole. */
export interface ScriptName {
  name: string
  light: boolean
}

export interface Script {
  kind: 'script'
  source: string
  names: ScriptName[]
  /** Cannot change the values that it reads, so it may be given the live ones. */
  pure: boolean
}

export type Expression =
  | { kind: 'empty' }
  | { kind: 'path'; root: string; keys: Key[] }
  | Script
  | { kind: 'connection'; externalId: string; rest: { kind: 'path'; keys: Key[] } | Script }

/** The name under which the rest of a connection expression that is not a plain path sees the connection. */
export const CONNECTION_VALUE = '$connection'

const IDENTIFIER = /[A-Za-z_$][\w$]*/y
const DOT_KEY = /\s*\??\.\s*([A-Za-z_$][\w$]*)\s*/y
const INDEX_KEY = /\s*(?:\?\.)?\[\s*(\d{1,9})\s*\]\s*/y
/** The id of a connection behind a dot: it may begin with a digit and hold dashes, as external ids do. */
const DOT_ID = /\s*\.\s*([\w$][\w$-]*)\s*/y
const QUOTED_KEY = /\s*(?:\?\.)?\[\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")\s*\]\s*/y

/** Reads `.a['b'][0]` from `from` to the end; undefined when anything else follows. */
function readKeys(source: string, from: number): Key[] | undefined {
  const keys: Key[] = []
  let at = from
  while (at < source.length) {
    const found = readKey(source, at)
    if (found === undefined) return undefined
    keys.push(found.key)
    at = found.end
  }
  return keys
}

function readKey(
  source: string,
  at: number,
  patterns: readonly RegExp[] = [DOT_KEY, INDEX_KEY, QUOTED_KEY],
): { key: Key; end: number } | undefined {
  for (const pattern of patterns) {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match === null) continue
    const text = match[1] ?? match[2] ?? ''
    return { key: pattern === INDEX_KEY ? Number(text) : text, end: pattern.lastIndex }
  }
  return undefined
}

/**
 * Understands one expression.
 * @param token the text between the braces
 * @param stepNames the steps of the flow version: only these are values that an expression can name
 */
export function parseExpression(token: string, stepNames: ReadonlySet<string>): Expression {
  const source = token.trim()
  if (source === '') return { kind: 'empty' }
  IDENTIFIER.lastIndex = 0
  const root = IDENTIFIER.exec(source)?.[0]
  if (root === 'connections') return parseConnection(source, stepNames)
  if (root !== undefined && stepNames.has(root)) {
    const keys = readKeys(source, root.length)
    if (keys !== undefined) return { kind: 'path', root, keys }
  }
  return parseScript(source, stepNames)
}

function parseConnection(source: string, stepNames: ReadonlySet<string>): Expression {
  const id = readKey(source, 'connections'.length, [DOT_ID, QUOTED_KEY])
  if (id === undefined) return { kind: 'empty' }
  const externalId = String(id.key)
  const keys = readKeys(source, id.end)
  if (keys !== undefined) return { kind: 'connection', externalId, rest: { kind: 'path', keys } }
  return { kind: 'connection', externalId, rest: parseScript(`${CONNECTION_VALUE}${source.slice(id.end)}`, stepNames) }
}

function parseScript(source: string, stepNames: ReadonlySet<string>): Script {
  const names: ScriptName[] = []
  for (const name of new Set(source.match(/[A-Za-z_$][\w$]*/g))) {
    if (!stepNames.has(name)) continue
    const uses = source.match(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g'))?.length ?? 0
    const light = source.match(
      new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\s*\\.\\s*(?:item|index)(?![\\w$])`, 'g'),
    )
    names.push({ name, light: light?.length === uses })
  }
  return { kind: 'script', source, names, pure: isPure(source) }
}
