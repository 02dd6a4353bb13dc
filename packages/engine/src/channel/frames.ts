/**
 * Frames of the channel between a worker and an engine process: one head, and texts that are too long to be escaped
 * once more. Neither side relies on the claims of the other.
 *
 * u32 bytes of the rest | u32 number of texts | u32 bytes of each | the texts, the head first
 */

// User code may change these while the engine still has something to send.
const { apply } = Reflect
const { allocUnsafe, byteLength, concat } = Buffer
const { write, toString: read, readUInt32LE, writeUInt32LE } = Buffer.prototype

/** Number of texts in a frame, the head included: more than any operation has entries. */
const MAX_TEXTS = 1_000_000
const U32 = 4

export interface Frame {
  /** JSON text of the message without its long texts. */
  head: string
  texts: readonly string[]
}

/** A frame that may not be sent. */
export class BadFrameError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadFrameError'
  }
}

/**
 * One frame, ready to be written.
 * @throws BadFrameError when it is larger than `maxBytes`
 */
export function encodeFrame({ head, texts }: Frame, maxBytes: number): Uint8Array {
  const all = [head, ...texts]
  const lengths = all.map((text) => byteLength(text))
  const table = U32 * (1 + all.length)
  const length = lengths.reduce((sum, bytes) => sum + bytes, table)
  if (length > maxBytes) throw new BadFrameError(`A message has ${length} bytes; at most ${maxBytes} are allowed`)
  const frame = allocUnsafe(U32 + length)
  apply(writeUInt32LE, frame, [length, 0])
  apply(writeUInt32LE, frame, [all.length, U32])
  let at = U32 + table
  for (let i = 0; i < all.length; i++) {
    apply(writeUInt32LE, frame, [lengths[i], U32 * (2 + i)])
    at += Number(apply(write, frame, [all[i], at]))
  }
  return frame
}

/**
 * Reads bytes, and passes on complete frames. A frame that claims to be larger than `maxBytes` is refused before any of
 * it is kept.
 */
export function createFrameReader(maxBytes: number, onFrame: (frame: Frame) => void) {
  /** The beginning of a frame, before its length is known. */
  let head: Uint8Array = allocUnsafe(0)
  /** A frame that has arrived in part, in memory of its exact size. */
  let partial: { bytes: Uint8Array; filled: number } | undefined

  /** @returns the bytes after the frame, if the frame is complete */
  const begin = (bytes: Uint8Array): Uint8Array => {
    const length = readLength(bytes, 0)
    if (length > maxBytes) throw new BadFrameError(`A message has ${length} bytes; at most ${maxBytes} are allowed`)
    const end = U32 + length
    if (bytes.length < end) {
      partial = { bytes: allocUnsafe(end), filled: 0 }
      return bytes
    }
    onFrame(decodeFrame(bytes.subarray(U32, end)))
    return bytes.subarray(end)
  }

  const goOn = (part: { bytes: Uint8Array; filled: number }, chunk: Uint8Array): Uint8Array => {
    const taken = chunk.subarray(0, part.bytes.length - part.filled)
    part.bytes.set(taken, part.filled)
    part.filled += taken.length
    if (part.filled === part.bytes.length) {
      partial = undefined
      onFrame(decodeFrame(part.bytes.subarray(U32)))
    }
    return chunk.subarray(taken.length)
  }

  return {
    /** @throws BadFrameError, and the errors of `onFrame` */
    take(chunk: Uint8Array): void {
      for (let rest = chunk; rest.length > 0; ) {
        if (partial) {
          rest = goOn(partial, rest)
          continue
        }
        const bytes = head.length === 0 ? rest : concat([head, rest])
        head = allocUnsafe(0)
        if (bytes.length < U32) {
          head = bytes
          return
        }
        rest = begin(bytes)
      }
    },
  }
}

function decodeFrame(bytes: Uint8Array): Frame {
  const count = bytes.length < U32 ? 0 : readLength(bytes, 0)
  let at = U32 * (1 + count)
  if (count < 1 || count > MAX_TEXTS || at > bytes.length) throw new BadFrameError('A message has no contents')
  const texts: string[] = []
  for (let i = 0; i < count; i++) {
    const end = at + readLength(bytes, U32 * (1 + i))
    if (end > bytes.length) throw new BadFrameError('A message is shorter than it claims')
    texts.push(apply(read, bytes, ['utf8', at, end]))
    at = end
  }
  if (at !== bytes.length) throw new BadFrameError('A message is longer than it claims')
  const [head = '', ...rest] = texts
  return { head, texts: rest }
}

const readLength = (bytes: Uint8Array, at: number): number => apply(readUInt32LE, bytes, [at])
