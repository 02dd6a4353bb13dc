import { createSecrets } from '@piecework/engine/secrets/secrets'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import type { Outbound } from '../../http/outbound.ts'

export interface TokenRequest {
  tokenUrl: string
  clientId: string
  clientSecret: string
  /** How the client says who it is: in the body of the request, or in its Authorization header. */
  method: 'HEADER' | 'BODY'
  fields: Readonly<Record<string, string>>
}

export interface Token {
  access_token: string
  refresh_token?: string
  token_type: string
  scope?: string
  expires_in?: number
  /** The further fields of the answer. */
  data: Record<string, unknown>
}

/** The token endpoint did not give a token. */
export class TokenError extends Error {
  /** The grant is no longer good: only the user can make a new one. */
  readonly isFinal: boolean

  constructor(message: string, isFinal: boolean, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TokenError'
    this.isFinal = isFinal
  }
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 1024 * 1024
const MAX_TOLD = 500
/** RFC 6749 knows the first; GitHub and Slack say it in their own words. */
const FINAL = new Set(['invalid_grant', 'bad_refresh_token', 'invalid_refresh_token', 'token_revoked'])

const text = z.string().min(1)
const TokenAnswer = z.looseObject({
  access_token: text,
  refresh_token: text.nullish().catch(undefined),
  token_type: text.nullish().catch(undefined),
  scope: z
    .union([text, z.array(z.string()).transform((scopes) => scopes.join(' '))])
    .nullish()
    .catch(undefined),
  // Some services send it as text.
  expires_in: z.coerce.number().positive().nullish().catch(undefined),
})

/** Asks for a token (RFC 6749). @throws TokenError in words that hold none of the secrets sent */
export async function requestToken(outbound: Outbound, request: TokenRequest): Promise<Token> {
  const { tokenUrl, clientId, clientSecret, method, fields } = request
  const host = new URL(tokenUrl).host
  const body = new URLSearchParams(fields)
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  }
  // Services expect the two as they are, and not percent-encoded as the RFC has it.
  if (method === 'HEADER')
    headers.authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  else {
    body.set('client_id', clientId)
    body.set('client_secret', clientSecret)
  }
  const secrets = [clientSecret, fields.code, fields.refresh_token, fields.code_verifier]
  const fail = (reason: string, isFinal: boolean, cause?: unknown) =>
    new TokenError(censor(reason, secrets), isFinal, { cause })

  let response: Response
  let answer: Record<string, unknown>
  try {
    response = await outbound(tokenUrl, {
      method: 'POST',
      headers,
      body: body.toString(),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      // Another host would be given the secret.
      redirect: 'manual',
    })
    answer = read(await response.text())
  } catch (cause) {
    throw fail(`${host} did not answer: ${cause instanceof Error ? cause.message : String(cause)}`, false, cause)
  }
  const token = TokenAnswer.safeParse(answer)
  if (!response.ok || !token.success) {
    const code = typeof answer.error === 'string' ? answer.error : undefined
    const told = [code, answer.error_description, answer.message].filter((part) => typeof part === 'string').join(': ')
    const reason = told === '' ? (response.ok ? 'there is no access_token in its answer' : 'without a reason') : told
    throw fail(
      response.ok ? `${host} gave no token: ${reason}` : `${host} answered ${response.status}: ${reason}`,
      FINAL.has(code ?? ''),
    )
  }
  const { access_token, refresh_token, token_type, scope, expires_in, ...data } = token.data
  return {
    access_token,
    token_type: token_type ?? 'Bearer',
    ...(refresh_token ? { refresh_token } : {}),
    ...(scope ? { scope } : {}),
    ...(expires_in ? { expires_in } : {}),
    data,
  }
}

/** JSON, or a form as some services still send it. */
function read(body: string): Record<string, unknown> {
  const parsed = parseJson(body)
  if (parsed === undefined) return Object.fromEntries(new URLSearchParams(body))
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {}
}

function censor(message: string, secrets: readonly (string | undefined)[]): string {
  const known = createSecrets('')
  known.addTexts(secrets.filter((secret) => secret !== undefined))
  return known.mask(message).slice(0, MAX_TOLD)
}
