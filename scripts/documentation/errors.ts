import { STATUS_CODES } from 'node:http'
import { ERROR_STATUS, type ErrorCode } from '../../packages/model/src/errors.ts'

/** The meaning of each code for the caller who gets it. A code without a meaning does not compile. */
const MEANING: Record<ErrorCode, string> = {
  INVALID_BEARER_TOKEN: 'The token is malformed, tampered with, or signed with another key.',
  INVALID_CREDENTIALS: 'No account has this e-mail address and password.',
  AUTHENTICATION:
    'No usable Authorization header, an unknown API key, or a webhook call that its trigger does not let in.',
  SESSION_EXPIRED: 'The session has ended: sign in again.',
  AUTHORIZATION: 'This kind of caller may not do this, or has no role in the project.',
  PERMISSION_DENIED: 'The role in the project lacks the permission that `params.permission` names.',
  EMAIL_IS_NOT_VERIFIED: 'The e-mail address was not confirmed yet.',
  USER_IS_INACTIVE: 'The account was deactivated.',
  DOMAIN_NOT_ALLOWED: 'The platform takes no users of this e-mail domain.',
  EMAIL_AUTH_DISABLED: 'The platform does not take passwords.',
  INVITATION_ONLY_SIGN_UP: 'The platform takes invited users only.',
  QUOTA_EXCEEDED: 'A quota of the platform is used up.',
  ENTITY_NOT_FOUND: 'There is no such entity, or it is not yours: `params` has entityType and entityId.',
  VALIDATION: 'The request conflicts with what is stored, or with a limit.',
  EXISTING_USER: 'There is an account with this e-mail address.',
  EXISTING_ALERT_CHANNEL: 'The address gets alerts already.',
  FLOW_OPERATION_IN_PROGRESS: 'The flow is being enabled, disabled or deleted: wait until that is done.',
  FLOW_IN_USE: 'Another user changed the flow within the last minute.',
  FLOW_OPERATION_CONFLICT:
    'Another client changed the same part of the flow since `baseRevision`: `params.changes` has its operations. With `resync`, they are not kept any more: read the flow again.',
  FLOW_VERSION_INVALID:
    'Steps are not complete, so the flow is neither published nor enabled. `params.steps` names each with its fields.',
  CONNECTION_REPLACED_IN_PART:
    'The connection was replaced in the flows of `params.replaced`. Those of `params.disabled` were disabled because their triggers refuse the new one; those of `params.unchanged` use the old one, which is kept for them.',
  PROJECT_EXTERNAL_ID_ALREADY_EXISTS: 'Another project has this external id.',
  INVALID_OTP: 'The one-time code is wrong, was used already, or is too old.',
  SECOND_FACTOR_REQUIRED:
    'The first step of the sign-in is done; `params.challenge` is for the second ([sign-in](sign-in.md#two-factor-sign-in)).',
  FLOW_RUN_RETRY_OUTSIDE_RETENTION:
    'The data of the run was removed because it is too old, so the run cannot be retried.',
  WEBHOOK_DISABLED: 'The flow of this webhook is disabled.',
  WEBHOOK_GONE: 'No flow has this webhook, or the flow was deleted.',
  WEBHOOK_TIMEOUT: 'The flow did not answer in time; the run continues.',
  PAYLOAD_TOO_LARGE: 'The body of the request is larger than the settings allow.',
  UNSUPPORTED_MEDIA_TYPE: 'The body is compressed in a way that the server cannot undo.',
  SANDBOX_CAPACITY_EXCEEDED: 'Too many calls wait for a free worker: try again later.',
  RATE_LIMITED:
    'Too many requests of this address or this caller: the `x-ratelimit-*` headers tell the limit, and `retry-after` when to come again.',
  INVALID_REQUEST: 'The request is not valid; the message names the field.',
  INVALID_CURSOR: 'The cursor was not made by this list.',
  FLOW_OPERATION_INVALID: 'The operation cannot be applied to the flow; nothing was changed.',
  INVALID_APP_CONNECTION: 'The service did not accept the connection.',
  INVALID_CLAIM: 'The OAuth2 code could not be exchanged for a token.',
  INVALID_CLOUD_CLAIM: 'This server has no OAuth2 apps that are managed elsewhere.',
  INVALID_SAML_RESPONSE: 'The answer of a SAML identity provider is not accepted.',
  INVALID_OR_EXPIRED_JWT_TOKEN: 'The signed link or token is not valid any more.',
  ENGINE_OPERATION_FAILURE: 'User code or code of a piece failed outside of a run.',
  EXECUTION_STATE_MISSING: 'The log of the run is gone, so it cannot be resumed.',
  PIECE_SYNC_NOT_SUPPORTED: 'The settings do not allow pieces to be refreshed.',
  SECRET_MANAGER_CONNECTION_FAILED: 'A secret manager does not let the server in; `params.message` says why.',
  SECRET_MANAGER_GET_SECRET_FAILED: 'A secret could not be read from its secret manager; `params.message` says why.',
  TEST_TRIGGER_FAILED: 'The trigger failed while it was tested.',
  TRIGGER_EXECUTION_FAILED: 'The trigger failed on the event.',
  TRIGGER_UPDATE_STATUS: 'The trigger could not be enabled or disabled.',
  INTERNAL_SERVER_ERROR: 'A fault of the server, which logged it under the id in `x-request-id`.',
  REQUEST_TIMEOUT: 'The request, or its body, did not arrive in time; the connection is closed.',
  SERVICE_UNAVAILABLE:
    'The server accepts nothing at the moment: the database is unreachable or its disk is full, the server is stopping, or it has as many connections as it may have. Nothing was accepted; try again after the time in `retry-after`.',
}

/** The page docs/errors.md. */
export function documentErrors(): string {
  const codes = Object.keys(ERROR_STATUS).sort() as ErrorCode[]
  const byStatus = Map.groupBy(codes, (code) => ERROR_STATUS[code])
  const sections = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, names]) => {
      const rows = names.map((code) => `| \`${code}\` | ${MEANING[code]} |`)
      return [`## ${status} ${STATUS_CODES[status]}`, '', '| Code | Meaning |', '| --- | --- |', ...rows].join('\n')
    })
  return `${HEAD}\n${sections.join('\n\n')}\n`
}

const HEAD = `<!-- Generated from packages/model/src/errors.ts by \`npm run docs\`. -->
# Errors

Every error is answered with a body of this shape, and with the id of the request in the header \`x-request-id\`:

\`\`\`json
{ "statusCode": 404, "code": "ENTITY_NOT_FOUND", "params": { "entityType": "flow", "entityId": "…", "message": "flow not found" } }
\`\`\`

A request that does not fit the schema of its route is answered with 400 and the code \`FST_ERR_VALIDATION\`; \`params.issues\` lists every field as \`{path, message}\`. A request that is malformed before a route sees it has 400, 405, 413, 414, 415, 417 or 431, with \`INVALID_REQUEST\` or a code that begins with \`FST_ERR_\`. A path that no route has is answered with 404 and no code, before its body is read; below \`/api/v1/scim/\`, in the form of SCIM. An entity of another tenant is answered like one that does not exist. The table also has codes of parts that are not built yet (see [status](status.md)); the server does not use them.
`
