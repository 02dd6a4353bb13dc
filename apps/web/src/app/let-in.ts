import { LET_IN_CHANNEL } from '@piecework/model/piece/let-in'
import { create } from 'zustand'

/**
 * `closed`: the person gave up; `blocked`: the browser did not open it; `foreign`: what came back belongs to
 * another attempt; `refused`: the service let nobody in; `unaccepted`: this server does not accept its answer.
 */
type Reason = 'closed' | 'blocked' | 'foreign' | 'refused' | 'unaccepted'

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

interface Attempt {
  /** Ends the attempt that waits for an answer. */
  giveUp: (() => void) | undefined
  /**
   * Whether the window of the service is out of sight: the person closed it, or the service cut it off from this page.
   * Browsers tell nobody which of them it was, so the page goes on waiting.
   */
  isUnseen: boolean
}

const NONE: Attempt = { giveUp: undefined, isUnseen: false }

/** The attempt that is going on; there is one window for all of them. */
export const useLetIn = create<Attempt>(() => NONE)

/**
 * Lets the person sign in at a service, in a window of its own. Call it from a click: browsers open no window
 * otherwise.
 * @throws NotLetIn, or why the server knows no address
 */
export async function letIn(ask: () => Promise<Asking>): Promise<LetIn> {
  useLetIn.getState().giveUp?.()
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

const textsIn = (data: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

/** Waits for the answer from our page in the window, to which the service sends the person back. */
function answerFrom(popup: Window, expected: { origin: string; state: string | null }): Promise<LetIn> {
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(LET_IN_CHANNEL)
    const end = (): void => {
      removeEventListener('message', receive)
      channel.close()
      clearInterval(watch)
      useLetIn.setState(NONE)
    }
    const receive = ({ source, origin, data }: MessageEvent<unknown>): void => {
      if (source === popup && origin === expected.origin) take(textsIn(data))
    }
    // Other pages of the person hear the answers to their attempts, too.
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const answer = textsIn(data)
      if (expected.state !== null && answer.state === expected.state) take(answer)
    }
    const take = ({ code, error, state, iss }: Record<string, string>): void => {
      if (code === undefined && error === undefined) return
      end()
      if (code === undefined) reject(new NotLetIn(error === 'INVALID_SAML_RESPONSE' ? 'unaccepted' : 'refused', error))
      // Somebody else's code would let the person into an account that is not theirs.
      else if ((state ?? null) !== expected.state) reject(new NotLetIn('foreign'))
      else resolve({ code, ...(state === undefined ? {} : { state }), ...(iss === undefined ? {} : { iss }) })
    }
    const giveUp = (): void => {
      end()
      reject(new NotLetIn('closed'))
    }
    useLetIn.setState({ giveUp })
    const watch = setInterval(() => {
      if (popup.closed) useLetIn.setState({ isUnseen: true })
    }, WATCH_MS)
    addEventListener('message', receive)
  })
}
