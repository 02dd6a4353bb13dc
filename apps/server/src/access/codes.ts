import { createHmac } from 'node:crypto'

/** Makes the one-time codes of this server. */
export interface Codes {
  /** The code of a random text. Without the key of the server, the text says nothing of the code. */
  codeOf(text: string): string
  /** The hash that is stored of a secret that comes back later. Without the key of the server, it says nothing of it. */
  hashOf(text: string): string
}

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LENGTH = 8

export function createCodes(secret: string): Codes {
  return {
    codeOf(text) {
      const bytes = createHmac('sha256', secret).update(`one-time code ${text}`).digest()
      return [...bytes.subarray(0, LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
    },
    hashOf: (text) => createHmac('sha256', secret).update(text).digest('hex'),
  }
}
