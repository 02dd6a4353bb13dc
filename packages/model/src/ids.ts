/** The letters of ids, in byte order. */
export const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
export const ID_LENGTH = 21
/** The number of leading letters that encode the time. */
export const TIME_LENGTH = 8
const RANDOM_LENGTH = ID_LENGTH - TIME_LENGTH

/**
 * A new id. The first eight characters are the time in milliseconds and the alphabet is in byte order,
 * so ids sort by creation (to the millisecond) and every index on them is append-only.
 * Databases must compare ids bytewise (`COLLATE "C"`).
 */
export function newId(now: number = Date.now()): string {
  let time = ''
  let rest = now
  for (let i = 0; i < TIME_LENGTH; i++) {
    time = ALPHABET[rest % 62] + time
    rest = Math.floor(rest / 62)
  }
  return time + randomText(RANDOM_LENGTH)
}

/** The creation time of an id, in milliseconds. */
export function timeOfId(id: string): number {
  let time = 0
  for (let i = 0; i < TIME_LENGTH; i++) time = time * 62 + ALPHABET.indexOf(id[i] ?? '0')
  return time
}

/** Unpredictable text of the given length over `[0-9A-Za-z]`, for tokens and secrets. */
export function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    const byte = nextByte()
    // 248 is the largest multiple of 62 in a byte: beyond it the letters would not be equally likely.
    if (byte < 248) text += ALPHABET[byte % 62]
  }
  return text
}

// Asking the system for many bytes at once costs as much as asking for a few.
const pool = new Uint8Array(4096)
let unused = 0

function nextByte(): number {
  if (unused === 0) {
    crypto.getRandomValues(pool)
    unused = pool.length
  }
  unused--
  const byte = pool[unused] ?? 0
  // Used up bytes of secrets do not stay in memory.
  pool[unused] = 0
  return byte
}
