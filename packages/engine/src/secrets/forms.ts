import { LEAST_LENGTH } from './values.ts'

/**
 * The ways of writing a secret: as it is, in small letters, escaped in JSON (also in JSON within JSON), in a URL (also
 * in a URL within a URL, or JSON within one), a form, HTML, or as Node.js shows it; in hexadecimal; in base64 and
 * base64url wherever in a longer text it was encoded; the last two of UTF-8 and of UTF-16.
 */

const BASE64_BITS = 6

/** The bytes of a secret in UTF-8 and in UTF-16 of both orders. */
function bytesOf(secret: string): Buffer[] {
  const low = Buffer.from(secret, 'utf16le')
  const high = Buffer.from(low).swap16()
  // Both orders have the same bytes between their ends where each letter has one byte.
  const inner = low.subarray(0, -1)
  return [Buffer.from(secret, 'utf8'), ...(high.subarray(1).equals(inner) ? [inner] : [low, high])]
}

/** The bytes of a secret in hexadecimal. */
export const hexOf = (secret: string): string[] =>
  bytesOf(secret).flatMap((bytes) => [bytes.toString('hex'), bytes.toString('hex').toUpperCase()])

/** A secret, and how it reads in the name of a host or a header, which programs write in small letters. */
export function casesOf(secret: string): string[] {
  const small = secret.toLowerCase()
  return small === secret ? [secret] : [secret, small]
}

/** The base64 of a secret after none, one and two other bytes: only the letters that the secret alone decides. */
export function base64Of(secret: string): string[] {
  const fragments = bytesOf(secret).flatMap((bytes) =>
    [0, 1, 2].map((offset) => {
      const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
      return text.slice(Math.ceil((offset * 8) / BASE64_BITS), Math.floor(((offset + bytes.length) * 8) / BASE64_BITS))
    }),
  )
  return fragments.filter(({ length }) => length >= LEAST_LENGTH)
}

const LONGEST_ANCHOR = 12
const LEAST_ANCHOR = 4

/** A part of a text that is the same in whatever way it is written; undefined when there is none that tells much. */
export function anchorOf(text: string): string | undefined {
  const runs = text.match(/[A-Za-z0-9]+/g) ?? []
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  return longest.length < LEAST_ANCHOR ? undefined : longest.slice(-LONGEST_ANCHOR)
}

/** Letters that no notation writes in another way. */
const UNCHANGED = /^[A-Za-z0-9._-]$/
const CONTROL: Record<string, string> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' }
const HTML: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }

/** A pattern that finds a text in every notation for texts. */
export const patternOf = (text: string): string => Array.from(text, (letter) => letterPattern(letter)).join('')

/** The same for base64, with the letters that base64url has instead. */
export const base64PatternOf = (text: string): string =>
  Array.from(text, (letter) => letterPattern(letter, { '+': '-', '/': '_' }[letter])).join('')

/** @param other a letter that may stand in its place */
function letterPattern(letter: string, other?: string): string {
  if (UNCHANGED.test(letter)) return letter === '.' ? '\\.' : letter
  const code = letter.codePointAt(0) ?? 0
  const units = Array.from({ length: letter.length }, (_, at) => letter.charCodeAt(at).toString(16).padStart(4, '0'))
  const html = HTML[letter] === undefined ? '' : `${HTML[letter]}|`
  return `(?:${[
    escaped(letter),
    ...(other === undefined ? [] : [other]),
    // As many as three levels of JSON put before it.
    letter === '\\'
      ? `${BACKSLASH}{2,15}`
      : `${BACKSLASH}{1,8}(?:${CONTROL[letter] ?? escaped(letter)}|${percent(letter)})`,
    percent(letter),
    ...(letter === ' ' ? ['\\+'] : []),
    `&(?:${html}#0?${code}|#x0?${anyCase(code.toString(16))});`,
    units.map((unit) => `${BACKSLASH}{1,8}u${anyCase(unit)}`).join(''),
  ].join('|')})`
}

/** As it is or in a URL. */
const BACKSLASH = '(?:\\\\|%(?:25)*5[cC])'

/** The pattern of a letter in a URL. Each URL around that one makes `%25` of the percent sign. */
function percent(letter: string): string {
  const encoded = encodeURIComponent(letter.toWellFormed())
  const once = encoded === letter ? `%${letter.charCodeAt(0).toString(16)}` : encoded
  return anyCase(once).replaceAll('%', '%(?:25)*')
}

const anyCase = (hex: string): string =>
  hex.replaceAll(/[a-f]/gi, (digit) => `[${digit.toLowerCase()}${digit.toUpperCase()}]`)
const escaped = (letter: string): string => (/[\\^$.*+?()[\]{}|/]/.test(letter) ? `\\${letter}` : letter)
