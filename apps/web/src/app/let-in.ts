/**
 * `closed`: the person closed the window; `blocked`: the browser did not open it; `foreign`: what came back belongs to
 * another attempt; `refused`: the service let nobody in.
 */
type Reason = 'closed' | 'blocked' | 'foreign' | 'refused'

/** The service did not let the person in. */
export class NotLetIn extends Error {
  readonly reason: Reason
  /** @param words what the service said */
  constructor(reason: Reason, words = '') {
    super(words)
    this.reason = reason
  }
}

/** The address where the service asks the person, and the origin of our page that it sends them back to. */
export interface Asking {
  address: string
  origin: string
}

/** The answer of the service, as our page got it. */
export interface LetIn {
  code: string
  state?: string
  iss?: string
}

const WATCH_MS = 500

/**
 * Lets the person sign in at a service, in a window of its own. Call it from a click: browsers open no window
 * otherwise.
 * @throws NotLetIn, or why the server knows no address
 */
export async function letIn(ask: () => Promise<Asking>): Promise<LetIn> {
  const popup = window.open('', 'connect', 'popup,width=560,height=720')
  if (!popup) throw new NotLetIn('blocked')
  try {
    const { address, origin } = await ask()
    const state = new URL(address).searchParams.get('state')
    popup.location.href = address
    return await answerFrom(popup, { origin, state })
  } finally {
    popup.close()
  }
}

/** Waits for the answer from our page in the window, to which the service sends the person back. */
function answerFrom(popup: Window, expected: { origin: string; state: string | null }): Promise<LetIn> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      removeEventListener('message', receive)
      clearInterval(watch)
    }
    const receive = ({ source, origin, data }: MessageEvent<unknown>): void => {
      if (source !== popup || origin !== expected.origin || typeof data !== 'object' || data === null) return
      const { code, error, state, iss } = Object.fromEntries(
        Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
      if (code === undefined && error === undefined) return
      end()
      if (code === undefined) reject(new NotLetIn('refused', error))
      // Somebody else's code would let the person into an account that is not theirs.
      else if ((state ?? null) !== expected.state) reject(new NotLetIn('foreign'))
      else resolve({ code, ...(state === undefined ? {} : { state }), ...(iss === undefined ? {} : { iss }) })
    }
    const watch = setInterval(() => {
      if (!popup.closed) return
      end()
      reject(new NotLetIn('closed'))
    }, WATCH_MS)
    addEventListener('message', receive)
  })
}
