import { constants } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

const ATTEMPTS = 3
const PAUSE_MS = 3000

/** Sends again when the connection was reset: it may just be a server that closed an idle one. */
export async function withRetries<T>(send: () => Promise<T>, pauseMs = PAUSE_MS): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      if (!wasReset(error) || attempt >= ATTEMPTS) throw error
      await pause(pauseMs)
    }
  }
}

/** The mailer puts a code of its own in place of the system's, and leaves the number. */
function wasReset(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === -constants.errno.ECONNRESET
}
