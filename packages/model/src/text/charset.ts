/** Bytes that are text in some charset. */

const BYTE_ORDER_MARK = '\ufeff'
const REPLACEMENT = '\ufffd'
/** How far into a document its XML declaration may reach. */
const DECLARATION_BYTES = 1024
const LESS_THAN = 0x3c

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
 * Reads bytes as text, and keeps the byte order mark, so that the text still matches the bytes. The mark decides the
 * charset, or else the given label. An unknown label counts as UTF-8. Without either it is UTF-8, or Windows-1252 when
 * the bytes are not valid UTF-8.
 */
export function decodeText(bytes: Uint8Array, label?: string): string {
  const declared = charsetOfMark(bytes) ?? (label === undefined ? undefined : (knownCharset(label) ?? 'utf-8'))
  const text = decode(bytes, declared ?? 'utf-8')
  // The letter that stands for unreadable bytes may also be what was sent.
  if (declared !== undefined || !text.includes(REPLACEMENT) || isUtf8(bytes)) return text
  return [...new Set(text)].some((letter) => letter > '\u007f' && letter !== REPLACEMENT)
    ? text
    : decode(bytes, 'windows-1252')
}

/** The text without a leading byte order mark, which is not part of its content. */
export const withoutMark = (text: string): string => (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)

/**
 * Reads an XML or JSON document. Without a charset from outside, its own declaration counts, and UTF-16 is recognised
 * by the zeros in its first letter.
 */
export function decodeDocument(bytes: Uint8Array, label?: string): string {
  return decodeText(bytes, label ?? charsetOfZeros(bytes) ?? declaredCharset(bytes))
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

const decode = (bytes: Uint8Array, charset: string): string =>
  (charset === 'utf-8' ? UTF8 : new TextDecoder(charset, { ignoreBOM: true })).decode(bytes)

function charsetOfMark({ 0: first, 1: second, 2: third }: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return undefined
}

function charsetOfZeros({ 0: first, 1: second }: Uint8Array): string | undefined {
  if (first === undefined || second === undefined) return undefined
  if (first !== 0 && second === 0) return 'utf-16le'
  return first === 0 && second !== 0 ? 'utf-16be' : undefined
}

function declaredCharset(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, DECLARATION_BYTES)
  if (!start.includes(LESS_THAN)) return undefined
  const head = new TextDecoder('latin1').decode(start)
  return /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]
}
