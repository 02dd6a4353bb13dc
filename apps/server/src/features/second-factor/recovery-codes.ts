import { randomInt } from 'node:crypto'
import type { Codes } from '../../access/codes.ts'

const COUNT = 10
const GROUPS = 3
const GROUP_LENGTH = 4
/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

const group = (): string => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

/** Codes of 60 bits, such as `ABCD-EFGH-JKLM`. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: COUNT }, () => Array.from({ length: GROUPS }, group).join('-'))

/** Made with the key of the server: who reads the database alone cannot try codes. */
export const hashRecoveryCode = (codes: Codes, code: string): string =>
  codes.hashOf(`recovery code ${code.toUpperCase().replace(/[^A-Z0-9]/g, '')}`)
