import { ApiError, ConnectionError } from '@piecework/sdk'
import type { TFunction } from 'i18next'

/** Explains an error to a person, with what to do. The server's own words are kept, because they name the field. */
export function errorText(error: unknown, t: TFunction<'common'>): string {
  if (error instanceof ConnectionError) return t('error.noConnection')
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  if (error.status === 429) return t('error.tooMany', { count: Math.ceil((error.retryAfterMs ?? 60_000) / 1000) })
  if (error.status === 403) return t('error.forbidden')
  if (error.status >= 500 && error.status !== 503) return t('error.server')
  if (error.status === 503) return t('error.busy')
  return wordsOf(error)
}

/** @returns the message of the server, without the request in front of it. */
function wordsOf(error: ApiError): string {
  const said = /answered \d+ \w+: (.*)$/s.exec(error.message)?.[1] ?? error.message
  return said.charAt(0).toUpperCase() + said.slice(1)
}

export const referenceOf = (error: unknown): string | undefined =>
  error instanceof ApiError ? error.requestId : undefined

export const isForbidden = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'status') === 403
