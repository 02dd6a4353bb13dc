/** The facts of a refusal. */
export interface ErrorFacts {
  status: number
  code: string
  message: string
  details: Readonly<Record<string, unknown>>
  /** Seconds after which the server asks for a retry. */
  retryAfter: number | undefined
}

/** Every error of this client. */
export class PieceworkError extends Error {
  override name = 'PieceworkError'
}

/** The server refused a request, and gives the reason. Its subclasses are by `code`. */
export class ApiError extends PieceworkError {
  override name = 'ApiError'
  /** The HTTP status. */
  readonly status: number
  /** The kind of error, for programs; `UNKNOWN` when the answer comes from a proxy on the way. */
  readonly code: string
  /** `fields` says by field what is wrong; of a graph, `nodes` and `edges` have the ids that it is about. */
  readonly details: Readonly<Record<string, unknown>>
  /** Seconds after which the server asks for a retry. */
  readonly retryAfter: number | undefined

  constructor({ status, code, message, details, retryAfter }: ErrorFacts) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.retryAfter = retryAfter
  }
}

/** Something in the request is wrong. */
export class ValidationError extends ApiError {
  override name = 'ValidationError'
}
/** There is no key, or it is not valid. */
export class UnauthorizedError extends ApiError {
  override name = 'UnauthorizedError'
}
/** The key may not do this. */
export class ForbiddenError extends ApiError {
  override name = 'ForbiddenError'
}
/** There is no such thing in the project of the key. */
export class NotFoundError extends ApiError {
  override name = 'NotFoundError'
}
/** There were too many requests, also after the retries. */
export class RateLimitedError extends ApiError {
  override name = 'RateLimitedError'
}
/** The server is at fault. */
export class InternalError extends ApiError {
  override name = 'InternalError'
}

/** No answer came: the server is unreachable, closed the connection, or took too long. */
export class NetworkError extends PieceworkError {
  override name = 'NetworkError'
}

/** An execution was not over in the time that somebody wanted to wait for it. */
export class WaitTimeoutError extends PieceworkError {
  override name = 'WaitTimeoutError'
}

/** A message is not signed with the secret of the webhook, or is too old. */
export class VerificationError extends PieceworkError {
  override name = 'VerificationError'
}

const BY_CODE: Readonly<Record<string, new (facts: ErrorFacts) => ApiError>> = {
  VALIDATION_ERROR: ValidationError,
  UNAUTHORIZED: UnauthorizedError,
  FORBIDDEN: ForbiddenError,
  NOT_FOUND: NotFoundError,
  RATE_LIMITED: RateLimitedError,
  INTERNAL_ERROR: InternalError,
}

/** The error of an answer. */
export function errorOf(facts: ErrorFacts): ApiError {
  const Kind = (Object.hasOwn(BY_CODE, facts.code) && BY_CODE[facts.code]) || ApiError
  return new Kind(facts)
}
