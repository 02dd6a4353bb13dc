/**
 * Reads the usual XML of senders in one pass: elements, attributes, texts and comments. A library reads the rest, at a
 * tenth of the speed: document types, CDATA, instructions, and everything that is not well-formed, so that all errors
 * come from one place.
 */

export interface PlainXmlOptions {
  ignoreAttributes: boolean
  /** Makes a value of the text of an element, without the white space around it. */
  scalar(text: string): unknown
  /** Replaces character references. */
  decode(text: string): string
}

type Fields = Record<string, unknown>

interface Element {
  name: string
  fields: Fields
  attributes: [string, string][]
  isEmpty: boolean
  /** Values of the texts between its elements, joined. */
  text: unknown
}

const START =
  ':A-Za-z_\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD'
const NAME = `[${START}][${START}\\-.\\d\\u00B7\\u0300-\\u036F\\u203F-\\u2040]*`
const OPENING = new RegExp(`(${NAME})(?=[ \\t\\n/>])`, 'y')
const ATTRIBUTE = new RegExp(`[ \\t\\n]+(${NAME})[ \\t\\n]*=[ \\t\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'y')
const OPENING_END = /[ \t\n]*(\/?)>/y
const CLOSING = new RegExp(`(${NAME})[ \\t\\n]*>`, 'y')
/** Valid references; any other `&` is not well-formed. */
const REFERENCE = /&(?:#[0-9]+|#x[0-9a-fA-F]+|\w{1,19});/g
/** Names that the library refuses or renames. */
const SPECIAL = /^(?:__\w+__|constructor|prototype|hasOwnProperty|toString|valueOf)$/
/** Below the limit of the library. */
const MAX_DEPTH = 90

/**
 * Reads a document without its declaration.
 * @returns the root as the one field of an object; undefined for a document that only the library can read.
 */
export function readPlainXml(source: string, options: PlainXmlOptions): Fields | undefined {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source
  const root = createElement('')
  const stack: Element[] = []
  let top = root
  /** The text since the last tag; comments are ignored. */
  let pending = ''
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('<', at)
    pending += text.slice(at, open === -1 ? text.length : open)
    if (open === -1) break
    if (text.startsWith('!--', open + 1)) {
      const end = text.indexOf('-->', open + 4)
      if (end === -1) return undefined
      at = end + 3
      continue
    }
    if (!addText(top, pending, options)) return undefined
    if (top === root && (pending.trim() !== '' || (!root.isEmpty && text[open + 1] !== '/'))) return undefined
    pending = ''
    if (text[open + 1] === '/') {
      const end = matchAt(CLOSING, text, open + 2)
      const parent = stack.pop()
      if (end?.[1] !== top.name || parent === undefined) return undefined
      addField(parent, top)
      top = parent
      at = CLOSING.lastIndex
      continue
    }
    const element = createElement(matchAt(OPENING, text, open + 1)?.[1] ?? '')
    if (element.name === '' || SPECIAL.test(element.name)) return undefined
    const tag = readAttributes(element, text, OPENING.lastIndex, options)
    if (tag === undefined) return undefined
    at = tag.end
    if (tag.isClosed) addField(top, element)
    else {
      if (stack.length > MAX_DEPTH) return undefined
      stack.push(top)
      top = element
    }
  }
  return top !== root || root.isEmpty || pending.trim() !== '' ? undefined : root.fields
}

function readAttributes(
  element: Element,
  text: string,
  start: number,
  options: PlainXmlOptions,
): { end: number; isClosed: boolean } | undefined {
  let at = start
  let names: Set<string> | undefined
  for (let one = matchAt(ATTRIBUTE, text, at); one !== null; one = matchAt(ATTRIBUTE, text, at)) {
    const [, name = '', quoted, single = ''] = one
    names ??= new Set()
    // A repeated attribute is not well-formed.
    if (names.size === names.add(name).size) return undefined
    if (!options.ignoreAttributes) element.attributes.push([`@_${name}`, options.decode((quoted ?? single).trim())])
    at = ATTRIBUTE.lastIndex
  }
  const end = matchAt(OPENING_END, text, at)
  return end === null ? undefined : { end: OPENING_END.lastIndex, isClosed: end[1] === '/' }
}

/** @returns false for a text that is not well-formed. */
function addText(element: Element, raw: string, { decode, scalar }: PlainXmlOptions): boolean {
  const text = raw.trim()
  if (text === '') return true
  if (text.includes('&') && text.replaceAll(REFERENCE, '').includes('&')) return false
  const value = scalar(decode(text))
  element.text = element.text === undefined ? value : `${element.text}${value}`
  return true
}

/** An element that comes more than once becomes a list. */
function addField(parent: Element, element: Element): void {
  const { fields } = parent
  const { name } = element
  const value = valueOfElement(element)
  const known = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (known === undefined) fields[name] = value
  else if (Array.isArray(known)) known.push(value)
  else fields[name] = [known, value]
  parent.isEmpty = false
}

/** Its elements, then its text, then its attributes; only the text when there is nothing else. */
function valueOfElement({ fields, text, attributes, isEmpty }: Element): unknown {
  const hasText = text !== undefined && text !== ''
  if (attributes.length === 0 && isEmpty) return hasText ? text : ''
  if (hasText) fields['#text'] = text
  for (const [name, value] of attributes) fields[name] = value
  return fields
}

const createElement = (name: string): Element => ({ name, fields: {}, attributes: [], isEmpty: true, text: undefined })

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
