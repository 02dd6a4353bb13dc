import { AppError } from '@piecework/model/errors'

/** Requests that one socket may make at once, and then per second. */
const BURST = 40
const PER_SECOND = 10
/** Refused requests after which somebody is not only in a hurry; so many are forgiven per second. */
const MAX_REFUSED = 500
const FORGIVEN_PER_SECOND = 10

/** Bounds what one socket may ask for. */
export interface Limiter {
  /** @throws AppError RATE_LIMITED */
  take(): void
  readonly isAbused: boolean
}

export function createLimiter(now: () => number = Date.now): Limiter {
  let tokens = BURST
  let at = now()
  let refused = 0
  return {
    take() {
      const time = now()
      const seconds = (time - at) / 1000
      tokens = Math.min(BURST, tokens + seconds * PER_SECOND)
      refused = Math.max(0, refused - seconds * FORGIVEN_PER_SECOND)
      at = time
      if (tokens < 1) {
        refused++
        throw new AppError('RATE_LIMITED', { message: `too many requests: at most ${PER_SECOND} a second` })
      }
      tokens--
    },
    get isAbused() {
      return refused > MAX_REFUSED
    },
  }
}
