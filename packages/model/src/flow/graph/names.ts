import { changeTokens, renameInText } from '../references.ts'
import { isUsableStepName } from '../step-name.ts'
import { type GraphNode, isTriggerType } from './graph.ts'

/** The name of the trigger in every flow that is made from a graph. */
export const TRIGGER_NAME = 'trigger'

/** Anything that ends an id in an expression, or nothing. */
const BEHIND_ID = /^(?:[\s.[?]|$)/
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** The step name of each node: its id, or one like it where the id cannot be a name in an expression. */
export function stepNames(nodes: readonly GraphNode[]): Map<string, string> {
  const names = new Map<string, string>()
  const taken = new Set([TRIGGER_NAME])
  const others: string[] = []
  for (const { id, type } of nodes) {
    if (type === 'note') continue
    if (isTriggerType(type)) names.set(id, TRIGGER_NAME)
    else if (IDENTIFIER.test(id) && isUsableStepName(id)) {
      names.set(id, id)
      taken.add(id)
    } else others.push(id)
  }
  // Thousands of ids may become one name: each goes on where the last one stopped.
  const tried = new Map<string, number>()
  for (const id of others) {
    const like = `${/^[a-zA-Z_]/.test(id) ? '' : 'n_'}${id.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`
    let n = tried.get(like) ?? 1
    let name = n === 1 ? like : `${like}_${n}`
    for (; taken.has(name) || !isUsableStepName(name); name = `${like}_${n}`) n += 1
    tried.set(like, n + 1)
    taken.add(name)
    names.set(id, name)
  }
  return names
}

/** Puts step names in the place of ids in the expressions of texts. */
export function renamer(names: ReadonlyMap<string, string>): (text: string) => string {
  const words = new Map<string, string>()
  const odd = new Map<string, string>()
  for (const [id, name] of names) {
    if (id === name || id === TRIGGER_NAME) continue
    if (IDENTIFIER.test(id)) words.set(id, name)
    else odd.set(id, name)
  }
  if (words.size === 0 && odd.size === 0) return (text) => text
  const longest = Math.max(0, ...[...odd.keys()].map(({ length }) => length))
  const begins = (token: string): string => {
    const inner = token.trimStart()
    // The longest of several ids that begin alike is meant.
    for (let end = Math.min(longest, inner.length); end > 0; end--) {
      if (!BEHIND_ID.test(inner.charAt(end))) continue
      const name = odd.get(inner.slice(0, end))
      if (name !== undefined) return token.slice(0, token.length - inner.length) + name + inner.slice(end)
    }
    return token
  }
  return (text) => {
    if (!text.includes('{{')) return text
    const renamed = words.size > 0 ? renameInText(text, words) : text
    return odd.size > 0 ? changeTokens(renamed, begins) : renamed
  }
}

/** A value with every text in it changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]))
}
