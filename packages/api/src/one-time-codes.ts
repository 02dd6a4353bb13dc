import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Password } from './password.ts'
import { Email, IdParams, Nothing } from './shapes.ts'

const CodeType = z.enum(['EMAIL_VERIFICATION', 'PASSWORD_RESET'])

const open = {
  method: 'POST',
  principals: 'public',
  permission: 'NONE',
  project: null,
  limit: 'authentication',
} as const
const proof = { identityId: z.string().max(100), otp: z.string().max(100) }

/** Codes that prove that somebody reads the mail of an address. */
export const oneTimeCodes = {
  request: endpoint({
    ...open,
    path: '/v1/otp',
    operationId: 'oneTimeCodes.request',
    summary: 'Ask for a one-time code by mail; the answer is the same for unknown addresses',
    status: 204,
    body: z.object({ email: Email, type: CodeType }),
  }),
  verifyEmail: endpoint({
    ...open,
    path: '/v1/authn/local/verify-email',
    operationId: 'oneTimeCodes.verifyEmail',
    summary: 'Verify an address by a one-time code',
    body: z.object(proof),
    response: Nothing,
    errors: ['INVALID_OTP'],
  }),
  resetPassword: endpoint({
    ...open,
    path: '/v1/authn/local/reset-password',
    operationId: 'oneTimeCodes.resetPassword',
    summary: 'Set a new password by a one-time code; all sessions of the person end',
    body: z.object({ ...proof, newPassword: Password }),
    response: Nothing,
    errors: ['INVALID_OTP'],
  }),
  show: endpoint({
    method: 'POST',
    path: '/v1/users/:id/one-time-code',
    operationId: 'oneTimeCodes.show',
    summary: 'Make a one-time code for a user, to be handed over; only where the server sends no mail',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    body: z.object({ type: CodeType }),
    response: z.object({ code: z.string(), link: z.string(), expires: z.string() }),
    errors: ['VALIDATION'],
  }),
}
