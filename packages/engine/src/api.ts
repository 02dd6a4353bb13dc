import { setTimeout as sleep } from 'node:timers/promises'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import { parseJson } from '@piecework/model/parse-json'
import { ExecutionError } from './errors.ts'
import type { EngineConfig } from './protocol.ts'

/**
 * The client of the API for engine code, authenticated by the engine token of the operation. While an app or its
 * database restarts, calls are retried for a while: every call here may be made twice.
 */
export interface ApiClient {
  /**
   * @returns the status and the parsed body (JSON where it is JSON, else text); every status is an answer
   * @throws ExecutionError FetchError when no answer comes in time
   */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<ApiAnswer>
  /** Sends a form with files. */
  upload(path: string, form: FormData): Promise<ApiAnswer>
}

export interface ApiAnswer {
  status: number
  ok: boolean
  body: unknown
}

const ASKING_AGAIN: BackOff = { firstMs: 100, longestMs: 2000 }
/** Answers of an app, or of a proxy in front of it, that is unavailable for a while. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

export function createApiClient({ internalApiUrl, limits }: EngineConfig, engineToken: string): ApiClient {
  const ask = async (path: string, init: RequestInit): Promise<ApiAnswer> => {
    try {
      const response = await fetch(new URL(path, internalApiUrl), init)
      const text = await response.text()
      return { status: response.status, ok: response.ok, body: parseJson(text, text) }
    } catch (cause) {
      throw new ExecutionError('FetchError', `The API did not answer ${init.method} ${path.split('?')[0]}`, { cause })
    }
  }
  const send = async (path: string, init: RequestInit): Promise<ApiAnswer> => {
    const giveUpAt = Date.now() + limits.apiPatienceSeconds * 1000
    for (let attempt = 1; ; attempt++) {
      const pause = delayOf(ASKING_AGAIN, attempt)
      const last = Date.now() + pause > giveUpAt
      try {
        const answer = await ask(path, init)
        if (last || !AWAY.has(answer.status)) return answer
      } catch (error) {
        if (last) throw error
      }
      await sleep(pause)
    }
  }
  const authorization = `Bearer ${engineToken}`
  return {
    call: (method, path, body) =>
      send(path, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    upload: (path, form) => send(path, { method: 'POST', headers: { authorization }, body: form }),
  }
}

/** A string field of an answer; undefined when it is missing. */
export function textField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? value : undefined
}
