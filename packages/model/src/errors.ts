/**
 * Every error code with its HTTP status. This is the only table: the API answers from it, and docs/errors.md is
 * generated from it.
 */
export const ERROR_STATUS = {
  INVALID_BEARER_TOKEN: 401,
  INVALID_CREDENTIALS: 401,
  AUTHENTICATION: 401,
  SESSION_EXPIRED: 401,
  AUTHORIZATION: 403,
  PERMISSION_DENIED: 403,
  // Our own code: a second step follows, by the challenge in the answer.
  SECOND_FACTOR_REQUIRED: 403,
  EMAIL_IS_NOT_VERIFIED: 403,
  USER_IS_INACTIVE: 403,
  DOMAIN_NOT_ALLOWED: 403,
  EMAIL_AUTH_DISABLED: 403,
  INVITATION_ONLY_SIGN_UP: 403,
  QUOTA_EXCEEDED: 402,
  ENTITY_NOT_FOUND: 404,
  VALIDATION: 409,
  EXISTING_USER: 409,
  EXISTING_ALERT_CHANNEL: 409,
  FLOW_OPERATION_IN_PROGRESS: 409,
  FLOW_IN_USE: 409,
  // Our own code: another user changed the same part of the flow in the meantime.
  FLOW_OPERATION_CONFLICT: 409,
  // Our own code: steps are not ready to run, and the answer names each with its fields.
  FLOW_VERSION_INVALID: 409,
  // Our own code: some flows could not be taken along; the answer names each with the reason.
  CONNECTION_REPLACED_IN_PART: 409,
  PROJECT_EXTERNAL_ID_ALREADY_EXISTS: 409,
  INVALID_OTP: 410,
  FLOW_RUN_RETRY_OUTSIDE_RETENTION: 410,
  WEBHOOK_DISABLED: 404,
  WEBHOOK_GONE: 410,
  WEBHOOK_TIMEOUT: 408,
  PAYLOAD_TOO_LARGE: 413,
  // Our own code: the body has an unknown content encoding.
  UNSUPPORTED_MEDIA_TYPE: 415,
  SANDBOX_CAPACITY_EXCEEDED: 429,
  RATE_LIMITED: 429,
  INVALID_REQUEST: 400,
  INVALID_CURSOR: 400,
  FLOW_OPERATION_INVALID: 400,
  INVALID_APP_CONNECTION: 400,
  INVALID_CLAIM: 400,
  INVALID_CLOUD_CLAIM: 400,
  INVALID_SAML_RESPONSE: 400,
  INVALID_OR_EXPIRED_JWT_TOKEN: 400,
  ENGINE_OPERATION_FAILURE: 400,
  EXECUTION_STATE_MISSING: 400,
  PIECE_SYNC_NOT_SUPPORTED: 400,
  SECRET_MANAGER_CONNECTION_FAILED: 400,
  SECRET_MANAGER_GET_SECRET_FAILED: 400,
  TEST_TRIGGER_FAILED: 400,
  TRIGGER_EXECUTION_FAILED: 400,
  TRIGGER_UPDATE_STATUS: 400,
  // Our own code: a request that does not arrive.
  REQUEST_TIMEOUT: 408,
  INTERNAL_SERVER_ERROR: 500,
  // Our own code: the database is unavailable.
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof ERROR_STATUS

/** An error with a code of the table; the API answers `{statusCode, code, params}` for it. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly params: Record<string, unknown>

  constructor(code: ErrorCode, params: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(typeof params.message === 'string' ? params.message : code, options)
    this.name = 'AppError'
    this.code = code
    this.params = params
  }

  get statusCode(): number {
    return ERROR_STATUS[this.code]
  }
}

/**
 * The 404 for an entity that does not exist, or that the caller may not know about.
 * @param field the field of the request that names it
 */
export function notFound(entityType: string, entityId: string, field?: string): AppError {
  const place = field === undefined ? {} : { field, value: entityId }
  return new AppError('ENTITY_NOT_FOUND', { entityType, entityId, ...place, message: `${entityType} not found` })
}
