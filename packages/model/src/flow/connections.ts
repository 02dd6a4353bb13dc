import { kindOf } from './kinds/registry.ts'
import { changeTexts, changeTokens, textsOf, tokensOf } from './references.ts'
import type { Trigger } from './step.ts'
import { copyTree, isAction, walk } from './walk.ts'

/** `connections['a']`, also with a list of ids or a path behind it. */
const BRACKETS = /\bconnections\s*\[([^[\]]*)\]/g
const QUOTED = /'([^']*)'|"([^"]*)"/g
/** `connections.a`, the form of the oldest flows. */
const DOTTED = /^\s*connections\.([^\s.[\]]+)/

/** The external ids of every connection that a tree refers to, in order of appearance. */
export function connectionIdsOf(trigger: Trigger): string[] {
  const ids = new Set<string>()
  for (const step of walk(trigger)) {
    for (const text of textsOf(step)) {
      // The builder looks through the whole flow at each key, and few texts name a connection.
      if (!text.includes('connections')) continue
      for (const token of tokensOf(text)) for (const id of connectionIdsIn(token)) ids.add(id)
    }
  }
  return [...ids]
}

function* connectionIdsIn(token: string): Generator<string> {
  for (const [, list = ''] of token.matchAll(BRACKETS)) {
    for (const [, single, double] of list.matchAll(QUOTED)) yield single ?? double ?? ''
  }
  const dotted = DOTTED.exec(token)?.[1]
  if (dotted) yield dotted
}

/** The tree with every reference to one connection pointing at another (both external ids). */
export function replaceConnection(trigger: Trigger, from: string, to: string): Trigger {
  const copy = copyTree(trigger)
  const change = (token: string) =>
    token
      .replace(BRACKETS, (part) =>
        part.replace(QUOTED, (quoted, single, double) => ((single ?? double) === from ? `'${to}'` : quoted)),
      )
      .replace(DOTTED, (part, id) =>
        id === from ? `${part.slice(0, part.indexOf('connections'))}connections['${to}']` : part,
      )
  for (const step of walk(copy)) changeTexts(step, (text) => changeTokens(text, change))
  return copy
}

const AI_PIECE = '@activepieces/piece-ai'

/** The external ids of the agents that a tree uses: the `agentId` inputs of the AI piece. */
export function agentIdsOf(trigger: Trigger): string[] {
  const ids = new Set<string>()
  for (const step of walk(trigger)) {
    const piece = isAction(step) ? kindOf(step).piece(step) : undefined
    if (piece?.pieceName !== AI_PIECE) continue
    const { agentId } = piece.input
    if (typeof agentId === 'string' && agentId !== '') ids.add(agentId)
  }
  return [...ids]
}
