import { isIdentifier } from '../dialect.ts'

/** Prints values as TypeScript. */

const WIDTH = 100

/** A text in quotes. */
export function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** The part of a template between two expressions. */
export const templatePart = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')

/**
 * A value of JSON as an expression, over several lines where one does not hold it.
 * @param text prints a text that may hold expressions
 */
export function printValue(value: unknown, indent: string, text: (text: string) => string = quote): string {
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'object' || value === null) return String(JSON.stringify(value))
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map((item) => printValue(item, inner, text))
    : Object.entries(value).map(([key, item]) => `${printKey(key)}: ${printValue(item, inner, text)}`)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  const space = isList ? '' : ' '
  const line = `${open}${space}${parts.join(', ')}${space}${close}`
  if (indent.length + line.length <= WIDTH && !line.includes('\n')) return line
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`
}

/** `__proto__` in brackets is a key like any other. */
const printKey = (key: string): string => (key === '__proto__' ? `['__proto__']` : isIdentifier(key) ? key : quote(key))
