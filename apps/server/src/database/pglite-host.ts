import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import type { QueryResult } from 'kysely'
import { reasonOf } from '../start-error.ts'
import { threadEnv } from '../thread-env.ts'
import { waitAtMost } from '../time-limit.ts'
import { CANNOT_CONNECT_NOW, CRASHED, DatabaseError } from './database-error.ts'
import { hasRoomToOpen } from './disk-floor.ts'
import { bytesOf, createStallDetector, HEARTBEATS, TID, waitedMsOf } from './pglite-stalls.ts'
import type { ThreadData, ThreadOptions, ThreadReply, ThreadRequest } from './pglite-thread.ts'

/** Who hears what becomes of an embedded database. */
export interface HostListener {
  /** It has stopped, or does again what it should; for the log. */
  report(message: string): void
  /** It is there but has not moved for a while, and does not write; or it moves again. */
  stalled(isStalled: boolean): void
  /** It does not open again, and only a start of the process may help. */
  lost(error: Error): void
}

/** The thread of the embedded database, opened again when it stops. */
export interface PgliteHost {
  /** Counts the threads: a transaction does not go on in another one than that in which it began. */
  readonly generation: number
  open(): Promise<void>
  /** @throws DatabaseError of SQLSTATE class 57 while the database is away. */
  post(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>>
  /** Ends it cleanly when it answers, and within CLOSE_MS in any case. */
  close(): Promise<void>
}

interface Pending {
  /** The size of its parameters. */
  bytes: number
  resolve(result: QueryResult<unknown>): void
  reject(error: Error): void
}

const LOOK_MS = 350
const CLOSE_MS = 10_000
const REOPENING: BackOff = { firstMs: LOOK_MS, longestMs: 2000 }
/** Attempts to open it with enough room on the disk, after which the process should end: it takes a minute. */
const MAX_ATTEMPTS = 30

// Over 120 lines: the thread, its end and its next start are one state, which each of its short functions changes.
export function createPgliteHost(options: ThreadOptions, listener: HostListener): PgliteHost {
  const life = new Int32Array(new SharedArrayBuffer(8))
  const pending = new Map<number, Pending>()
  let thread: Worker | undefined
  let generation = 0
  let nextId = 1
  let closed = false
  let looks: NodeJS.Timeout | undefined

  const failAll = (error: Error): void => {
    const failing = [...pending.values()]
    pending.clear()
    for (const { reject } of failing) reject(error)
  }

  const settle = (reply: Extract<ThreadReply, { id: number }>): void => {
    Atomics.add(life, HEARTBEATS, 1)
    const waiting = pending.get(reply.id)
    if (!waiting) return
    pending.delete(reply.id)
    if ('error' in reply) waiting.reject(new DatabaseError(reply.error.message, reply.error.code, reply.error.detail))
    else waiting.resolve({ rows: reply.rows, numAffectedRows: BigInt(reply.affected) })
  }

  const openThread = (): Promise<void> => {
    const own = new Worker(new URL('./pglite-thread.ts', import.meta.url), {
      workerData: { ...options, life } satisfies ThreadData,
      env: threadEnv(),
    })
    thread = own
    generation++
    return new Promise((resolve, reject) => {
      let ready = false
      const failed = (reason: string) => {
        reject(new Error(reason))
        if (ready && thread === own) recover(reason)
      }
      own.on('message', (reply: ThreadReply) => {
        if ('ready' in reply) {
          ready = true
          resolve()
        } else if ('failed' in reply) {
          reject(new Error(reply.failed))
        } else if ('fatal' in reply) {
          // While it opens, the failure of that follows, and says more.
          if (ready) failed(reply.fatal)
        } else settle(reply)
      })
      own.on('error', (error) => failed(reasonOf(error)))
      own.on('exit', () => failed('its thread has ended'))
    })
  }

  /** Whatever was under way may have been committed or not, as with a server whose connection is cut. */
  const recover = (reason: string): void => {
    const stopped = thread
    thread = undefined
    if (closed) return
    listener.report(`the embedded database has stopped, and is opened again: ${reason}`)
    failAll(new DatabaseError(`The embedded database has stopped: ${reason}`, CRASHED))
    void reopen(stopped)
  }

  const reopen = async (stopped: Worker | undefined): Promise<void> => {
    await stopped?.terminate()
    let attempts = 0
    for (let looks = 1; !closed; looks++) {
      try {
        if (hasRoomToOpen(options.dataDir)) {
          attempts++
          await openThread()
          listener.report('the embedded database is open again')
          return
        }
      } catch (error) {
        const failed = thread
        thread = undefined
        await failed?.terminate()
        if (closed) return
        if (attempts === 1) listener.report(`the embedded database does not open yet: ${reasonOf(error)}`)
        if (attempts >= MAX_ATTEMPTS) return listener.lost(doesNotOpen(options.dataDir, error))
      }
      await sleep(delayOf(REOPENING, looks), undefined, { ref: false })
    }
  }

  const pulse = createStallDetector(LOOK_MS)
  let isStalled = false
  /** A process that was stopped for a while finds one look due, not all that it has missed. */
  const look = (): void => {
    const [first] = pending.values()
    const verdict = pulse({
      life: Atomics.load(life, HEARTBEATS),
      bytes: thread === undefined ? undefined : first?.bytes,
      waitedMs: first === undefined ? 0 : waitedMsOf(Atomics.load(life, TID)),
    })
    if (isStalled !== (verdict === 'stalled')) {
      isStalled = verdict === 'stalled'
      listener.stalled(isStalled)
    }
    if (verdict === 'stopped') recover('its thread made no progress')
  }

  return {
    get generation() {
      return generation
    },
    async open() {
      try {
        await openThread()
      } catch (error) {
        const failed = thread
        thread = undefined
        await failed?.terminate()
        throw error
      }
      looks = setInterval(look, LOOK_MS).unref()
    },
    post(sql, parameters) {
      if (!thread) {
        const words = closed ? 'is closed' : 'is unavailable at the moment'
        return Promise.reject(new DatabaseError(`The embedded database ${words}`, CANNOT_CONNECT_NOW))
      }
      const id = nextId++
      const request: ThreadRequest = { id, sql, parameters: [...parameters] }
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject, bytes: bytesOf(parameters) })
        thread?.postMessage(request)
      })
    },
    async close() {
      closed = true
      clearInterval(looks)
      const own = thread
      if (own) {
        const exited = new Promise<void>((resolve) => own.once('exit', () => resolve()))
        own.postMessage('close')
        await waitAtMost(exited, CLOSE_MS)
        await own.terminate()
      }
      thread = undefined
      failAll(new DatabaseError('The embedded database is closed', CANNOT_CONNECT_NOW))
    },
  }
}

export const doesNotOpen = (dataDir: string, error: unknown): Error =>
  new Error(`The embedded database in ${dataDir} does not open: ${reasonOf(error)}`, { cause: error })
