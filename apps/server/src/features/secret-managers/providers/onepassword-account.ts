import { Worker } from 'node:worker_threads'
import type { SECRET_MANAGER_CONFIGS } from '@piecework/api/secret-managers'
import type { z } from 'zod'
import type { Outbound } from '../../../http/outbound.ts'
import { reasonOf } from '../../../start-error.ts'
import type { FromThread, Question, ToThread } from './onepassword-thread.ts'
import { MAX_BYTES, type Provider, TIMEOUT_MS } from './provider.ts'

type Config = Extract<z.infer<(typeof SECRET_MANAGER_CONFIGS)['onepassword']>, { serviceAccountToken: string }>

/** For one question, from the start of its thread; a question takes four or five requests. */
const ANSWER_MS = 30_000
/** Each thread takes about 100 MB while it lives. */
const MOST_THREADS = 3
const MOST_WAITING = 100
const NO_ANSWER = `1Password did not answer within ${ANSWER_MS / 1000} seconds`

/**
 * 1Password, by the token of a service account. Only 1Password's own SDK speaks that protocol: it runs in a thread of
 * its own for each question, because what fails in it would end the process, and asks this thread to make its requests,
 * so that they are filtered and bounded like all others.
 */
export const onepasswordAccount: Provider<Config> = {
  async check(outbound, { serviceAccountToken: token }) {
    await inTurn(() => ask(outbound, { token }))
  },
  async read(outbound, { serviceAccountToken: token }, reference) {
    if (!reference.startsWith('op://')) throw new Error('The path must have the form op://vault/item/field')
    return inTurn(() => ask(outbound, { token, reference }))
  },
}

let threads = 0
const waiting: (() => void)[] = []

/** Waits until fewer threads run. @throws Error when too many wait already */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (threads < MOST_THREADS) threads++
  else if (waiting.length < MOST_WAITING) await new Promise<void>((resolve) => waiting.push(resolve))
  else throw new Error('Too many questions wait for 1Password: try again later')
  try {
    return await work()
  } finally {
    // The turn passes to the next one, so that the count stays.
    const next = waiting.shift()
    if (next) next()
    else threads--
  }
}

/** @returns the secret, or nothing when only the sign-in was asked for */
async function ask(outbound: Outbound, question: Question): Promise<string> {
  const thread = new Worker(new URL('./onepassword-thread.ts', import.meta.url), {
    workerData: question,
    env: {},
    stdout: true,
    stderr: true,
  })
  const stopped = new AbortController()
  let timer: NodeJS.Timeout | undefined
  /** Why a request had no answer: the SDK only says that there was none. */
  let unanswered: string | undefined
  try {
    return await new Promise<string>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(NO_ANSWER)), ANSWER_MS)
      thread.on('error', (error) => reject(new Error(`1Password's SDK failed: ${reasonOf(error)}`)))
      thread.on('exit', () => reject(new Error("1Password's SDK ended without an answer")))
      thread.on('message', (message: FromThread) => {
        if ('answer' in message) resolve(message.answer)
        else if ('failed' in message) reject(new Error(unanswered ?? message.failed))
        else
          void fetched(outbound, message, stopped.signal).then((reply) => {
            if ('failed' in reply) unanswered = reply.failed
            thread.postMessage(reply)
          })
      })
    })
  } finally {
    clearTimeout(timer)
    stopped.abort()
    await thread.terminate()
  }
}

type Wanted = Extract<FromThread, { url: string }>

/** Never throws: the thread hears why there is no answer. */
async function fetched(outbound: Outbound, wanted: Wanted, signal: AbortSignal): Promise<ToThread> {
  const { id, url, method, headers, body } = wanted
  try {
    const answer = await outbound(url, {
      ...{ method, headers, signal, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
      ...(body.length > 0 ? { body } : {}),
    })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    return { id, status: answer.status, headers: [...answer.headers], body: bytes }
  } catch (error) {
    return { id, failed: reasonOf(error) }
  }
}
