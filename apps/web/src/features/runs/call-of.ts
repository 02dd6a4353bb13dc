import { z } from 'zod'
import type { SampleRequest } from '../../app/curl.ts'

const Texts = z.record(z.string(), z.unknown())
const Call = z.object({ method: z.string(), headers: Texts, queryParams: Texts, body: z.unknown() })

/** They belong to the way that the call took, and the next one makes its own. */
const OF_THE_WAY = /^(host|connection|content-length|transfer-encoding|accept-encoding|x-forwarded-.*|x-real-ip)$/i

const texts = (values: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

/** The call of a webhook, to be made once more; undefined when something else started the run. */
export function callOf(payload: unknown, url: string): SampleRequest | undefined {
  const { success, data } = Call.safeParse(payload)
  if (!success) return undefined
  const headers = Object.entries(texts(data.headers)).filter(([name]) => !OF_THE_WAY.test(name))
  const body = data.body === undefined || data.body === null ? '' : data.body
  return {
    ...{ method: data.method, url, query: texts(data.queryParams), headers: Object.fromEntries(headers) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}
