/**
 * How deep JSON from outside may nest: bodies, queries, answers of remote services. A process can read messages of
 * about 1,600 levels before its stack ends; the difference is left for the wrapping message.
 */
export const MAX_JSON_DEPTH = 1_000

/** How deep a value in messages between processes and in the database may nest, including its wrapping. */
export const MAX_VALUE_DEPTH = 1_500

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Whether JSON text nests at most `limit` levels deep: call it before parsing, because the parser and later code
 * recurse over the value. Reads each character once, and none of a text that is too short, or has too few lists and
 * objects, to be too deep. For text that is not JSON the result means nothing; the parser refuses it.
 */
export function isTextWithinDepth(text: string, limit: number = MAX_JSON_DEPTH): boolean {
  if (text.length <= limit || hasAtMost(text, limit)) return true
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth++
      if (depth > limit) return false
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--
  }
  return true
}

/** Whether a text has so few opening brackets that it cannot be too deep, found without reading each letter. */
function hasAtMost(text: string, limit: number): boolean {
  let count = 0
  for (const sign of ['[', '{'])
    for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) if (++count > limit) return false
  return true
}

/** The end of the string of JSON text that opens at `start`: its closing quote, or the end of the text. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}

interface Frame {
  value: object
  children: readonly object[]
  next: number
  /** The height of its highest child so far. */
  height: number
}

/**
 * Whether a value nests at most `limit` levels deep (a list or object is one level). Works without the stack, and
 * visits each object once. A cyclic value is never within the limit.
 */
export function isValueWithinDepth(value: unknown, limit: number = MAX_VALUE_DEPTH): boolean {
  if (!isNested(value)) return true
  if (limit < 1) return false
  /** The levels of each finished object; 0 while its children are visited. */
  const heights = new Map<object, number>([[value, 0]])
  const path: Frame[] = [frame(value)]
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const child = top.children[top.next++]
    if (child === undefined) {
      path.pop()
      heights.set(top.value, top.height + 1)
      const parent = path.at(-1)
      if (parent) parent.height = Math.max(parent.height, top.height + 1)
      continue
    }
    const known = heights.get(child)
    if (known === 0) return false
    if (path.length + (known ?? 1) > limit) return false
    if (known !== undefined) {
      top.height = Math.max(top.height, known)
      continue
    }
    heights.set(child, 0)
    path.push(frame(child))
  }
  return true
}

const frame = (value: object): Frame => ({ value, children: childrenOf(value), next: 0, height: 0 })

function childrenOf(value: object): object[] {
  if (ArrayBuffer.isView(value)) return []
  if (value instanceof Map) return [...value.keys(), ...value.values()].filter(isNested)
  if (value instanceof Set) return [...value].filter(isNested)
  return Object.values(value).filter(isNested)
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null
