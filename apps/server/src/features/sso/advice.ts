import type { SignInAdvice } from '@piecework/api/sso'
import type { AppError, ErrorCode } from '@piecework/model/errors'

const BY_CODE: Partial<Record<ErrorCode, SignInAdvice>> = {
  DOMAIN_NOT_ALLOWED: 'DOMAIN',
  EXISTING_USER: 'LINK_FIRST',
  INVITATION_ONLY_SIGN_UP: 'INVITATION',
  USER_IS_INACTIVE: 'INACTIVE',
}

/** The words of ours and of the libraries; the first that fits counts. */
const BY_WORDS: readonly (readonly [RegExp, SignInAdvice])[] = [
  [/could not be reached/, 'UNREACHABLE'],
  [/has not verified the address/, 'EMAIL_UNVERIFIED'],
  [/says no address|attribute email is missing/, 'EMAIL_MISSING'],
  [/NameID/i, 'NAME_ID'],
  [/audience/i, 'AUDIENCE'],
  [/issuer/i, 'ISSUER'],
  [/subject confirmation|clocks|too old|not yet valid|"exp"|"iat"|"nbf"/, 'ANSWER_LATE'],
  [/signature/i, 'CERTIFICATE'],
  [/invalid_client|invalid_grant|unauthorized_client|client/i, 'CLIENT'],
]

/** The change by which an administrator ends a refusal. */
export function adviceOf(error: AppError): SignInAdvice {
  const code = BY_CODE[error.code]
  if (code) return code
  const words = wordsOf(error)
  return BY_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'OTHER'
}

/** With those of the causes: libraries keep there what a provider said. */
function wordsOf(error: AppError): string {
  const words: string[] = []
  let next: unknown = error
  while (next instanceof Error && words.length < 10) {
    words.push(next.message, 'error' in next ? String(next.error) : '')
    next = next.cause
  }
  return words.join(' ')
}
