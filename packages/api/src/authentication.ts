import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Password } from './password.ts'
import { DisplayName, Email } from './shapes.ts'

/** The session of a person who has signed in. */
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
      invitationToken: z.string().max(2000).optional().describe('From the link of an invitation, which it accepts.'),
    }),
    response: AuthenticationResponse,
    errors: [
      'DOMAIN_NOT_ALLOWED',
      'EMAIL_AUTH_DISABLED',
      'EMAIL_IS_NOT_VERIFIED',
      'INVALID_OR_EXPIRED_JWT_TOKEN',
      'INVITATION_ONLY_SIGN_UP',
      'SECOND_FACTOR_REQUIRED',
    ],
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
    body: z.object({ email: z.string().max(1000), password: z.string().max(1000) }),
    response: AuthenticationResponse,
    errors: [
      'DOMAIN_NOT_ALLOWED',
      'EMAIL_AUTH_DISABLED',
      'EMAIL_IS_NOT_VERIFIED',
      'INVALID_CREDENTIALS',
      'SECOND_FACTOR_REQUIRED',
      'USER_IS_INACTIVE',
    ],
  }),
  changePassword: endpoint({
    method: 'POST',
    path: '/v1/authentication/change-password',
    operationId: 'authentication.changePassword',
    summary: "Change the caller's password; all their sessions end, and the answer is a new one",
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({ currentPassword: z.string().max(1000), newPassword: Password }),
    response: AuthenticationResponse,
    errors: ['INVALID_CREDENTIALS', 'VALIDATION'],
  }),
  switchPlatform: endpoint({
    method: 'POST',
    path: '/v1/authentication/switch-platform',
    operationId: 'authentication.switchPlatform',
    summary: 'Switch to another platform of the same person',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({ platformId: z.string() }),
    response: AuthenticationResponse,
    errors: ['DOMAIN_NOT_ALLOWED', 'EMAIL_AUTH_DISABLED', 'SECOND_FACTOR_REQUIRED', 'USER_IS_INACTIVE', 'VALIDATION'],
  }),
}
