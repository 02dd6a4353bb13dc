import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { DisplayName } from './shapes.ts'

const Email = z.string().trim().max(254).pipe(z.email('must be an e-mail address'))
const Password = z.string().min(8, 'must have at least 8 characters').max(64, 'must have at most 64 characters')

/** Who has come in (spec: facts/rest-api.md section 1). */
export const AuthenticationResponse = z.object({
  id: z.string(),
  platformRole: z.enum(['ADMIN', 'MEMBER', 'OPERATOR']),
  status: z.enum(['ACTIVE', 'INACTIVE']),
  externalId: z.string().nullable(),
  platformId: z.string().nullable(),
  verified: z.boolean(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  trackEvents: z.boolean(),
  newsLetter: z.boolean(),
  token: z.string(),
  projectId: z.string().nullable(),
})
export type AuthenticationResponse = z.infer<typeof AuthenticationResponse>

export const authentication = {
  signUp: endpoint({
    method: 'POST',
    path: '/v1/authentication/sign-up',
    operationId: 'authentication.signUp',
    summary: 'Sign up with an e-mail address and a password',
    principals: 'public',
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({
      email: Email,
      password: Password,
      firstName: DisplayName,
      lastName: DisplayName,
      trackEvents: z.boolean().default(false),
      newsLetter: z.boolean().default(false),
    }),
    response: AuthenticationResponse,
    errors: ['DOMAIN_NOT_ALLOWED', 'EMAIL_AUTH_DISABLED', 'INVITATION_ONLY_SIGN_UP'],
  }),
  signIn: endpoint({
    method: 'POST',
    path: '/v1/authentication/sign-in',
    operationId: 'authentication.signIn',
    summary: 'Sign in with an e-mail address and a password',
    principals: 'public',
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({ email: z.string(), password: z.string() }),
    response: AuthenticationResponse,
    errors: [
      'DOMAIN_NOT_ALLOWED',
      'EMAIL_AUTH_DISABLED',
      'EMAIL_IS_NOT_VERIFIED',
      'INVALID_CREDENTIALS',
      'USER_IS_INACTIVE',
    ],
  }),
  switchPlatform: endpoint({
    method: 'POST',
    path: '/v1/authentication/switch-platform',
    operationId: 'authentication.switchPlatform',
    summary: 'Go to another platform of the same person',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({ platformId: z.string() }),
    response: AuthenticationResponse,
    errors: ['DOMAIN_NOT_ALLOWED', 'EMAIL_AUTH_DISABLED', 'USER_IS_INACTIVE'],
  }),
}
