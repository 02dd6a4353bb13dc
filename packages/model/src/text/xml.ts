import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { readPlainXml } from './plain-xml.ts'

/** XML as values, the same for webhook calls and for pieces. */

export interface XmlOptions {
  /** Leaves attributes out; otherwise they are fields whose names begin with `@_`. */
  ignoreAttributes?: boolean
  /** Leaves `<?xml …?>` out; otherwise it is a field `?xml`. */
  ignoreDeclaration?: boolean
}

/** Text that is not well-formed XML. */
export class XmlError extends Error {
  override name = 'XmlError'
}

/**
 * Reads XML. An element that repeats becomes a list. White space around a text is left out. A text that is a number as
 * numbers are written here (`7`, `-1.5`; not `007`, `1.10`, `+1`, `1e5`) becomes that number, `true` and `false` become
 * booleans; attributes stay text.
 * @throws XmlError with the line where it is not well-formed.
 */
export function parseXml(text: string, options: XmlOptions = {}): unknown {
  const declaration = DECLARATION.exec(text)?.[0] ?? ''
  const plain = readPlainXml(text.slice(declaration.length), {
    ignoreAttributes: options.ignoreAttributes === true,
    scalar: scalarOf,
    decode: REFERENCES.decode,
  })
  if (plain === undefined) return parseAnyXml(text, options)
  if (declaration === '' || options.ignoreDeclaration === true) return plain
  const declared: unknown = Reflect.get(Object(parseAnyXml(`${declaration}<a/>`, options)), '?xml')
  return { '?xml': declared, ...plain }
}

const DECLARATION = /^<\?xml(?:[ \t\n]+[a-z]+="[^"<>&?]*")+[ \t\n]*\?>/

/** The same with the library, which supports all of XML. */
export function parseAnyXml(
  text: string,
  { ignoreAttributes = false, ignoreDeclaration = false }: XmlOptions = {},
): unknown {
  const parser = new XMLParser({
    ignoreAttributes,
    ignoreDeclaration,
    attributeNamePrefix: '@_',
    entityDecoder: REFERENCES,
    parseTagValue: false,
    tagValueProcessor: (_name, value) => scalarOf(value),
  })
  const read = attempt(() => parser.parse(text))
  // Too deep nesting is known after a few tags; checking the rest would take long.
  if (read.complaint === TOO_DEEP) throw new XmlError(read.complaint)
  // The parser alone accepts any text.
  const verdict = XMLValidator.validate(text)
  if (verdict !== true) throw new XmlError(`${short(verdict.err.msg)} (line ${verdict.err.line})`)
  if (read.complaint !== undefined) throw new XmlError(short(read.complaint))
  return read.value
}

/** The parser's message for tags that nest deeper than it reads. */
const TOO_DEEP = 'Maximum nested tags exceeded'

function attempt(work: () => unknown): { value?: unknown; complaint?: string } {
  try {
    return { value: work() }
  } catch (error) {
    return { complaint: error instanceof Error ? error.message : String(error) }
  }
}

const LONGEST_COMPLAINT = 200

/** The parser repeats the offending text in its message, in any length. */
const short = (complaint: string): string =>
  complaint.length > LONGEST_COMPLAINT ? `${complaint.slice(0, LONGEST_COMPLAINT)}…` : complaint

function scalarOf(text: string): unknown {
  if (text === 'true') return true
  if (text === 'false') return false
  const number = Number(text)
  return Number.isFinite(number) && String(number) === text ? number : text
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const HIGHEST_CODE_POINT = 0x10_ff_ff

/** Character references and the five names of XML. Names that a document defines itself are not filled in. */
const REFERENCES = {
  decode: (text: string): string =>
    text.includes('&')
      ? text.replaceAll(
          /&(?:#([0-9]+)|#x([0-9a-f]+)|([a-z]+));/gi,
          (whole, decimal?: string, hex?: string, name?: string) => {
            if (name !== undefined) return NAMED[name] ?? whole
            const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
            return code <= HIGHEST_CODE_POINT ? String.fromCodePoint(code) : whole
          },
        )
      : text,
  reset() {},
  setExternalEntities() {},
  addInputEntities() {},
  setXmlVersion() {},
}
