import { ApiError, ConnectionError } from '@piecework/sdk'
import type { TFunction } from 'i18next'
import { ApiError as GraphRefusal, NetworkError } from 'piecework'

/** Explains an error to a person, with what to do. The server's own words are kept, because they name the field. */
export function errorText(error: unknown, t: TFunction<'common'>): string {
  if (error instanceof ConnectionError || error instanceof NetworkError) return t('error.noConnection')
  if (!(error instanceof ApiError || error instanceof GraphRefusal))
    return error instanceof Error ? error.message : String(error)
  if (error.status === 429) return t('error.tooMany', { count: Math.ceil(patienceOf(error)) })
  if (error.status === 403) return t('error.forbidden')
  if (error.status >= 500 && error.status !== 503) return t('error.server')
  if (error.status === 503) return t('error.busy')
  return error instanceof ApiError ? wordsOf(error) : error.message
}

/** Seconds to wait. */
const patienceOf = (error: ApiError | GraphRefusal): number =>
  error instanceof ApiError ? (error.retryAfterMs ?? 60_000) / 1000 : (error.retryAfter ?? 60)

/** @returns the message of the server, without the request in front of it. */
function wordsOf(error: ApiError): string {
  const said = /answered \d+ \w+: (.*)$/s.exec(error.message)?.[1] ?? error.message
  return said.charAt(0).toUpperCase() + said.slice(1)
}

export const referenceOf = (error: unknown): string | undefined =>
  error instanceof ApiError ? error.requestId : undefined

const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && Reflect.get(error, 'status') === status

export const isForbidden = (error: unknown): boolean => hasStatus(error, 403)
/** Deleted, or of a project that the caller does not see: the server does not tell which. */
export const isGone = (error: unknown): boolean => hasStatus(error, 404)
