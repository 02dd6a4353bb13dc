import { randomText } from '@piecework/model/ids'
import { hashApiKey } from './access.ts'

const SECRET_LENGTH = 61
const SHOWN_LENGTH = 4

/** Makes a key for programs. Its value is shown once; the rest is stored. */
export function makeSecretKey(prefix: string): {
  value: string
  stored: { hashedValue: string; truncatedValue: string }
} {
  const value = `${prefix}${randomText(SECRET_LENGTH)}`
  return { value, stored: { hashedValue: hashApiKey(value), truncatedValue: value.slice(-SHOWN_LENGTH) } }
}
