import { LRUCache } from 'lru-cache'

/**
 * Does work that may take long, such as an install, once for all callers who need it. A caller in a hurry waits only
 * for a moment; those who come meanwhile wait less, and all get an error that asks them to come back.
 */
export interface SharedWork<T> {
  /**
   * @param hurried give up soon, and let what failed lately stand
   * @throws NotReadyError when it takes longer; it goes on
   */
  do(key: string, hurried: boolean, work: () => Promise<T>): Promise<T>
}

/** The work that the caller needs still goes on. */
export class NotReadyError extends Error {
  constructor(what: string) {
    super(`${what} is not ready yet`)
    this.name = 'NotReadyError'
  }
}

export interface WaitLimits {
  /** How long one who is in a hurry waits. */
  patienceMs: number
  /** How long a failure stands for those who are in a hurry. */
  rememberMs: number
}

const REMEMBERED_FAILURES = 500
/** Enough for what is no install. */
const OTHERS_WAIT_MS = 1000

interface Options extends WaitLimits {
  what: string
  /** Failures of other kinds are forgotten at once. */
  isLasting(error: unknown): boolean
}

export function createSharedWork<T>({ patienceMs, rememberMs, what, isLasting }: Options): SharedWork<T> {
  const running = new Map<string, { result: Promise<T>; startedAt: number; hurriedWaits: boolean }>()
  const failures = new LRUCache<string, { error: unknown }>({ max: REMEMBERED_FAILURES, ttl: rememberMs })

  const begin = (key: string, work: () => Promise<T>) => {
    const result = work()
      .catch((error: unknown) => {
        if (isLasting(error)) failures.set(key, { error })
        throw error
      })
      .finally(() => running.delete(key))
    // Nobody may be waiting any more.
    result.catch(() => {})
    const entry = { result, startedAt: performance.now(), hurriedWaits: false }
    running.set(key, entry)
    return entry
  }

  return {
    async do(key, hurried, work) {
      const failed = hurried ? failures.get(key) : undefined
      if (failed) throw failed.error
      const current = running.get(key) ?? begin(key, work)
      if (!hurried) return current.result
      const left = patienceMs - (performance.now() - current.startedAt)
      if (left <= 0) throw new NotReadyError(what)
      const isFirst = !current.hurriedWaits
      current.hurriedWaits = true
      let timer: NodeJS.Timeout | undefined
      const tooLong = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new NotReadyError(what)), isFirst ? left : Math.min(left, OTHERS_WAIT_MS))
      })
      return Promise.race([current.result, tooLong]).finally(() => {
        clearTimeout(timer)
        if (isFirst) current.hurriedWaits = false
      })
    },
  }
}

/** Lets a bounded number of things happen at a time, in the order of arrival. */
export interface Semaphore {
  readonly idle: boolean
  take<T>(work: () => Promise<T>): Promise<T>
}

export function createSemaphore(size: number): Semaphore {
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    get idle() {
      return taken === 0
    },
    async take(work) {
      if (taken < size) taken++
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else taken--
      }
    },
  }
}
