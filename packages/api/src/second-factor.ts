import { z } from 'zod'
import { AuthenticationResponse } from './authentication.ts'
import { endpoint } from './endpoint.ts'
import { IdParams } from './shapes.ts'

export const SecondFactorState = z.object({
  enabledAt: z.string().nullable(),
  recoveryCodesLeft: z.number(),
  required: z.boolean().describe('The platform asks everybody for one.'),
  asksPassword: z.boolean().describe('Changes of it need the password of the caller.'),
})
export type SecondFactorState = z.infer<typeof SecondFactorState>

/** The secret for an authenticator app; never shown again. */
export const SecondFactorSetUp = z.object({
  secret: z.string().describe('To type in, where no QR code can be read.'),
  uri: z.string().describe('`otpauth://…`'),
  qr: z.string().describe('The address as a QR code, in SVG.'),
})
export type SecondFactorSetUp = z.infer<typeof SecondFactorSetUp>

const open = {
  method: 'POST',
  principals: 'public',
  permission: 'NONE',
  project: null,
  limit: 'authentication',
} as const
const own = {
  method: 'POST',
  principals: ['USER'],
  permission: 'NONE',
  project: null,
  limit: 'authentication',
} as const
const challenge = z.string().max(2000).describe('From `params` of the error `SECOND_FACTOR_REQUIRED`.')
const code = z.string().min(1).max(40).describe('Of the app, or a recovery code.')
const password = z.string().max(1000).optional().describe('Of people who have one.')
const recoveryCodes = z.array(z.string()).describe('Each is good for one sign-in without the app.')
const entering = ['DOMAIN_NOT_ALLOWED', 'EMAIL_AUTH_DISABLED', 'INVALID_OTP', 'USER_IS_INACTIVE', 'VALIDATION'] as const
const proving = ['INVALID_CREDENTIALS', 'INVALID_OTP', 'VALIDATION'] as const

export const secondFactor = {
  answer: endpoint({
    ...open,
    path: '/v1/authentication/second-factor',
    operationId: 'secondFactor.answer',
    summary: 'Take the second step of a sign-in, by a code',
    body: z.object({ challenge, code }),
    response: AuthenticationResponse,
    errors: entering,
  }),
  setUpAtSignIn: endpoint({
    ...open,
    path: '/v1/authentication/second-factor/set-up',
    operationId: 'secondFactor.setUpAtSignIn',
    summary: 'Begin to set a second factor up, for a sign-in at a platform that requires one',
    body: z.object({ challenge }),
    response: SecondFactorSetUp,
    errors: entering,
  }),
  confirmAtSignIn: endpoint({
    ...open,
    path: '/v1/authentication/second-factor/confirm',
    operationId: 'secondFactor.confirmAtSignIn',
    summary: 'End the set-up of a sign-in by a first code, and come in',
    body: z.object({ challenge, code }),
    response: AuthenticationResponse.extend({ recoveryCodes }),
    errors: entering,
  }),
  read: endpoint({
    method: 'GET',
    path: '/v1/second-factor',
    operationId: 'secondFactor.read',
    summary: "The caller's second factor",
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    response: SecondFactorState,
  }),
  begin: endpoint({
    ...own,
    path: '/v1/second-factor',
    operationId: 'secondFactor.begin',
    summary: 'Begin to set a second factor up; it counts once it is confirmed',
    body: z.object({ password }),
    response: SecondFactorSetUp,
    errors: proving,
  }),
  confirm: endpoint({
    ...own,
    path: '/v1/second-factor/confirm',
    operationId: 'secondFactor.confirm',
    summary: "End the set-up by a first code; the caller's other sessions end",
    body: z.object({ code }),
    response: z.object({ recoveryCodes }),
    errors: proving,
  }),
  renewCodes: endpoint({
    ...own,
    path: '/v1/second-factor/recovery-codes',
    operationId: 'secondFactor.renewCodes',
    summary: 'Make other recovery codes; those of before are void',
    body: z.object({ password, code }),
    response: z.object({ recoveryCodes }),
    errors: proving,
  }),
  turnOff: endpoint({
    ...own,
    path: '/v1/second-factor/turn-off',
    operationId: 'secondFactor.turnOff',
    summary: 'Turn the second factor off',
    status: 204,
    body: z.object({ password, code }),
    errors: proving,
  }),
  reset: endpoint({
    method: 'DELETE',
    path: '/v1/users/:id/second-factor',
    operationId: 'secondFactor.reset',
    summary: 'Take the second factor of somebody away who has lost it; their sessions end',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 204,
    params: IdParams,
    errors: ['VALIDATION'],
  }),
}
