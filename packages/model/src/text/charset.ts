/** Bytes that are text in some charset. */

const BYTE_ORDER_MARK = '\ufeff'
const REPLACEMENT = '\ufffd'
/** How far into a document its XML declaration may reach. */
const DECLARATION_BYTES = 1024

/** The name by which `TextDecoder` knows a charset; undefined for one that it does not know. */
export function knownCharset(label: string | undefined): string | undefined {
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label.trim()).encoding
  } catch {
    return undefined
  }
}

/**
 * Reads bytes as text, with the byte order mark if there is one: without it, the text no longer stands for the same
 * bytes. The mark says the charset, else the given label does. A label that nobody knows counts as UTF-8.
 * Without any of both it is UTF-8, or Windows-1252 where the bytes hold no letter that only UTF-8 explains.
 */
export function decodeText(bytes: Uint8Array, label?: string): string {
  const declared = charsetOfMark(bytes) ?? (label === undefined ? undefined : (knownCharset(label) ?? 'utf-8'))
  const text = decode(bytes, declared ?? 'utf-8')
  if (declared !== undefined || !text.includes(REPLACEMENT)) return text
  return [...new Set(text)].some((letter) => letter > '\u007f' && letter !== REPLACEMENT)
    ? text
    : decode(bytes, 'windows-1252')
}

/** The text without a byte order mark in front, which is no part of what it says. */
export const withoutMark = (text: string): string => (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)

/**
 * Reads an XML or JSON document. Without a charset from outside, its own declaration counts, and UTF-16 is known by the
 * zeros of its first letter.
 */
export function decodeDocument(bytes: Uint8Array, label?: string): string {
  return decodeText(bytes, label ?? charsetOfZeros(bytes) ?? declaredCharset(bytes))
}

const decode = (bytes: Uint8Array, charset: string): string =>
  new TextDecoder(charset, { ignoreBOM: true }).decode(bytes)

function charsetOfMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return undefined
}

function charsetOfZeros([first, second]: Uint8Array): string | undefined {
  if (first === undefined || second === undefined) return undefined
  if (first !== 0 && second === 0) return 'utf-16le'
  return first === 0 && second !== 0 ? 'utf-16be' : undefined
}

function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, DECLARATION_BYTES))
  return /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]
}
