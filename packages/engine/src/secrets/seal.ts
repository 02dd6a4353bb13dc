import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * An output with secrets, encrypted with the key of its run. It is stored next to the masked output in journal and log,
 * so that a run that continues after a pause or a crash has the real values again.
 */
export interface Sealed {
  /** JSON text of the output as it was. */
  output: string
  /** The secrets that were known then: what the step gave out must stay masked later, too. */
  secrets: string[]
}

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** Speed matters more than size. */
const LEVEL = 1

/** @param key 64 hexadecimal characters */
export function seal(key: string, content: Sealed): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, Buffer.from(key, 'hex'), iv)
  const data = cipher.update(deflateRawSync(JSON.stringify(content), { level: LEVEL }))
  return Buffer.concat([iv, data, cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** @throws Error when the seal was made with another key, or was changed */
export function unseal(key: string, sealed: string): Sealed {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(ALGORITHM, Buffer.from(key, 'hex'), bytes.subarray(0, IV_BYTES))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const data = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES))
  const content: Sealed = JSON.parse(inflateRawSync(Buffer.concat([data, decipher.final()])).toString('utf8'))
  return content
}
