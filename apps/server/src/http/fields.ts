import { MAX_JSON_DEPTH } from '@piecework/model/json-depth'
import { knownCharset } from '@piecework/model/text/charset'

/**
 * Forms and queries (`a=1&b=2`) as values. `a=1&a=2`, `a[]=1` and `a[0]=1` give lists, `a[b]=1` gives objects, to a
 * depth of 500. Nothing that was sent is left out, and the work grows with the text alone.
 */

/**
 * @param text one letter for each byte, as `latin1` reads them
 * @param charset of what the bytes and `%` signs stand for, unless a field `_charset_` names it; UTF-8 by default
 */
export function parseFields(text: string, charset?: string): Record<string, unknown> {
  if (text === '') return {}
  const read = decoder(charset ?? charsetField(text) ?? 'utf-8')
  const root = new Node()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = read(at === -1 ? pair : pair.slice(0, at))
    root.at(pathOf(name)).items.push(at === -1 ? '' : read(pair.slice(at + 1)))
  }
  return root.toMap()
}

/** Browsers fill in the field `_charset_` of a form. */
function charsetField(text: string): string | undefined {
  const label = /(?:^|&)_charset_=([\w.:-]+)/.exec(text)?.[1]
  return label === undefined ? undefined : knownCharset(label)
}

function decoder(charset: string): (text: string) => string {
  const utf8 = charset === 'utf-8'
  const decode = new TextDecoder(charset, { fatal: utf8, ignoreBOM: true })
  return (sent) => {
    const text = sent.includes('+') ? sent.replaceAll('+', ' ') : sent
    if (isPlain(text)) return text
    try {
      return decode.decode(bytesOf(text))
    } catch {
      // No UTF-8: as it came, the flow still has all of it.
      return text
    }
  }
}

/** Whether each letter stands for itself in every charset of the web that has ASCII. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7e || code === 0x25 || code === 0x1b) return false
  }
  return true
}

function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const escaped = text[at] === '%' ? /^[\da-f]{2}$/i.exec(text.slice(at + 1, at + 3))?.[0] : undefined
    bytes[length++] = escaped === undefined ? text.charCodeAt(at) : Number.parseInt(escaped, 16)
    if (escaped !== undefined) at += 2
  }
  return bytes.subarray(0, length)
}

/** Leaves room for what wraps the value. */
const MAX_NESTING = MAX_JSON_DEPTH / 2

/** `a[b][]` as `a`, `b` and an empty part. What is not written in this way, or nests too deep, is a name as it stands. */
function pathOf(name: string): string[] {
  const start = name.indexOf('[')
  if (start === -1 || !name.endsWith(']')) return [name]
  const path = name.slice(start + 1, -1).split('][')
  const isOdd = path.some((part) => part.includes('[') || part.includes(']'))
  if (isOdd || path.length >= MAX_NESTING) return [name]
  return start === 0 ? path : [name.slice(0, start), ...path]
}

/** An index up to this one makes a list, however many of those before are there. */
const SMALL_INDEX = 20

class Node {
  readonly items: unknown[] = []
  /** Most have none, and a form may have millions of fields. */
  #children: Map<string, Node> | undefined
  /** Named with `[]`: a list also with a single item. */
  #isList = false

  at(path: readonly string[]): Node {
    let node: Node = this
    for (const [index, part] of path.entries()) {
      if (part === '' && index > 0) {
        node.#isList = true
        // `a[]` adds to the list; `a[][b]` is about its first item.
        if (index === path.length - 1) return node
      }
      node = node.#child(part === '' && index > 0 ? '0' : part)
    }
    return node
  }

  #child(name: string): Node {
    this.#children ??= new Map()
    const known = this.#children.get(name)
    if (known) return known
    const child = new Node()
    this.#children.set(name, child)
    return child
  }

  toMap(): Record<string, unknown> {
    return Object.fromEntries(this.#values())
  }

  *#values(): Generator<[string, unknown]> {
    for (const [name, child] of this.#children ?? []) yield [name, child.#toValue()]
  }

  #toValue(): unknown {
    if (this.#children === undefined && this.items.length > 0)
      return this.items.length === 1 && !this.#isList ? this.items[0] : this.items
    const list = this.#listed()
    if (this.items.length === 0) return list ?? this.toMap()
    return [...this.items, ...(list ?? [this.toMap()])]
  }

  /** The children in the order of their indexes, when they have such; undefined for names and for scattered numbers. */
  #listed(): unknown[] | undefined {
    const indexed: [number, Node][] = []
    for (const [name, child] of this.#children ?? []) {
      const index = Number(name)
      if (!Number.isSafeInteger(index) || index < 0 || String(index) !== name) return undefined
      indexed.push([index, child])
    }
    indexed.sort(([one], [other]) => one - other)
    const highest = indexed.at(-1)?.[0] ?? 0
    if (highest > SMALL_INDEX && highest >= 2 * indexed.length) return undefined
    return indexed.map(([, child]) => child.#toValue())
  }
}
