import type { SentAttribute } from '@piecework/api/sso'

const MAX = 100
const MAX_LENGTH = 500
/** They are about one sign-in, and say nothing of the person. */
const OF_THE_SIGN_IN: ReadonlySet<string> = new Set(['nonce', 'at_hash', 'c_hash', 's_hash'])

/** The words of another service about a person, as a list to read. */
export function listAttributes(sent: Readonly<Record<string, unknown>>): SentAttribute[] {
  return Object.entries(sent)
    .filter(([name, value]) => value !== undefined && typeof value !== 'function' && !OF_THE_SIGN_IN.has(name))
    .slice(0, MAX)
    .map(([name, value]) => ({ name: name.slice(0, MAX_LENGTH), value: textOf(value).slice(0, MAX_LENGTH) }))
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
