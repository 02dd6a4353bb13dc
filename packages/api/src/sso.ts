import { webUrl } from '@piecework/model/text/web-url'
import { z } from 'zod'
import { AuthenticationResponse } from './authentication.ts'
import { endpoint } from './endpoint.ts'
import { Domain, Email, IdParams, Nothing, pageOf } from './shapes.ts'
import { PlatformRole } from './user-invitations.ts'

const Secret = z.string().min(1).max(4096)
const Url = webUrl(/^https?$/).max(2048)

export const ProviderName = z.enum(['google', 'github', 'oidc', 'saml'])
export type ProviderName = z.infer<typeof ProviderName>

const MAX_METADATA = 200_000
const Attribute = z.string().min(1).max(500)

export const AttributeMapping = z.object({
  email: Attribute.optional(),
  firstName: Attribute.optional(),
  lastName: Attribute.optional(),
})

const Client = z.object({ clientId: Secret, clientSecret: Secret })

/** How a platform lets people in by other services. A provider that is left out stays as it is; null takes it away. */
export const FederatedAuthProviders = z.object({
  google: Client.nullish(),
  /** `url`: of a GitHub Enterprise Server. */
  github: Client.extend({ url: Url.optional() }).nullish(),
  /** Any provider with OpenID Connect Discovery. */
  oidc: Client.extend({ issuer: Url, displayName: z.string().min(1).max(100).optional() }).nullish(),
  saml: z
    .object({
      idpMetadata: z.string().min(1).max(MAX_METADATA).describe('XML, or the URL of it.'),
      idpCertificate: z.string().min(1).max(20_000).describe('The certificate that signs assertions, as PEM.'),
      /** The names of attributes, where they have others than the usual ones. */
      attributeMapping: AttributeMapping.optional(),
    })
    .nullish(),
})
export type FederatedAuthProviders = z.infer<typeof FederatedAuthProviders>

export const SsoDomain = z.object({
  ssoDomain: z.string().nullable(),
  ssoDomainVerification: z
    .object({
      status: z.enum(['PENDING_VERIFICATION', 'VERIFIED']),
      record: z.object({ type: z.literal('TXT'), name: z.string(), value: z.string() }),
      createdAt: z.string(),
    })
    .nullable(),
})
export type SsoDomain = z.infer<typeof SsoDomain>

/** An account elsewhere by which a person signs in. */
export const LinkedAccount = z.object({
  id: z.string(),
  created: z.string(),
  provider: ProviderName,
  issuer: z.string().describe('Who knows the person there.'),
})
export type LinkedAccount = z.infer<typeof LinkedAccount>

/** An attribute or claim, as the provider sent it. */
const SentAttribute = z.object({ name: z.string(), value: z.string() })
export type SentAttribute = z.infer<typeof SentAttribute>

/** The change that lets a refused sign-in work. */
export const SignInAdvice = z.enum([
  'ANSWER_LATE',
  'AUDIENCE',
  'CERTIFICATE',
  'CLIENT',
  'DOMAIN',
  'EMAIL_MISSING',
  'EMAIL_UNVERIFIED',
  'INACTIVE',
  'INVITATION',
  'ISSUER',
  'LINK_FIRST',
  'NAME_ID',
  'OTHER',
  'UNREACHABLE',
])
export type SignInAdvice = z.infer<typeof SignInAdvice>

/** The outcome that a sign-in by a provider would have. */
export const TestSignIn = z.object({
  outcome: z
    .enum(['NEW_PERSON', 'LINKED_NOW', 'LINKED_BEFORE', 'REFUSED'])
    .describe('A new person; somebody with the address; somebody whose account it is already; nobody.'),
  account: z
    .object({
      issuer: z.string(),
      subject: z.string(),
      email: z.string(),
      isEmailVerified: z.boolean(),
      firstName: z.string(),
      lastName: z.string(),
    })
    .nullable()
    .describe('As it was understood; null when it could not be.'),
  attributes: z.array(SentAttribute).describe('As they arrived.'),
  person: z.object({ email: z.string(), platformRole: PlatformRole }).nullable().describe('Who would come in.'),
  refusal: z.object({ advice: SignInAdvice, message: z.string() }).nullable(),
})
export type TestSignIn = z.infer<typeof TestSignIn>

const own = { principals: ['USER'], permission: 'NONE', project: null } as const
const open = { principals: 'public', permission: 'NONE', project: null, limit: 'authentication' } as const
const administered = { principals: ['USER'], permission: 'PLATFORM_ADMIN', project: null } as const
const answers = [
  'DOMAIN_NOT_ALLOWED',
  'EXISTING_USER',
  'INVALID_CLAIM',
  'INVALID_SAML_RESPONSE',
  'INVITATION_ONLY_SIGN_UP',
  'SECOND_FACTOR_REQUIRED',
  'USER_IS_INACTIVE',
  'VALIDATION',
] as const
const Answer = z.object({
  providerName: ProviderName,
  code: z.string().min(1).max(4096),
  state: z.string().max(4096).optional(),
  /** As the provider sent it (RFC 9207). */
  iss: z.string().max(2048).optional(),
})

export const sso = {
  discover: endpoint({
    ...open,
    method: 'POST',
    path: '/v1/authn/sso/discover',
    operationId: 'sso.discover',
    summary: 'How people with an address sign in, by its domain',
    body: z.object({ email: Email }),
    response: z.object({ platformId: z.string().nullable(), providers: z.array(ProviderName) }),
  }),
  login: endpoint({
    ...open,
    method: 'GET',
    path: '/v1/authn/federated/login',
    operationId: 'sso.login',
    summary: 'Begin to sign in by another service; sets a cookie that the end needs',
    query: z.object({ providerName: ProviderName, platformId: z.string().optional() }),
    response: z.object({ loginUrl: z.string() }),
    errors: answers,
  }),
  claim: endpoint({
    ...open,
    method: 'POST',
    path: '/v1/authn/federated/claim',
    operationId: 'sso.claim',
    summary: 'Sign in with what the other service sent the browser back with',
    body: Answer,
    response: AuthenticationResponse,
    errors: answers,
  }),
  link: endpoint({
    method: 'POST',
    path: '/v1/authn/federated/link',
    operationId: 'sso.link',
    summary: "Let the caller sign in by another service from now on, with what it sent the caller's browser back with",
    ...own,
    limit: 'authentication',
    body: Answer,
    response: Nothing,
    errors: answers,
  }),
  links: endpoint({
    ...own,
    method: 'GET',
    path: '/v1/authn/federated/links',
    operationId: 'sso.links',
    summary: 'List the accounts elsewhere by which the caller signs in on this platform',
    response: pageOf(LinkedAccount),
  }),
  unlink: endpoint({
    ...own,
    method: 'DELETE',
    path: '/v1/authn/federated/links/:id',
    operationId: 'sso.unlink',
    summary: 'The caller signs in by this account no more; the last way in stays',
    status: 204,
    params: IdParams,
    errors: ['VALIDATION'],
  }),
  beginTest: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/authn/federated/test',
    operationId: 'sso.beginTest',
    summary:
      'Begin to test a provider of the platform by a sign-in that lets nobody in; sets a cookie that the end needs',
    limit: 'authentication',
    body: z.object({ providerName: ProviderName }),
    response: z.object({ loginUrl: z.string() }),
    errors: ['INVALID_CLAIM', 'VALIDATION'],
  }),
  endTest: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/authn/federated/test/claim',
    operationId: 'sso.endTest',
    summary: 'What the provider sent in a test, and what a sign-in would do with it; nothing is changed',
    limit: 'authentication',
    body: Answer,
    response: TestSignIn,
    errors: ['INVALID_CLAIM', 'VALIDATION'],
  }),
  setDomain: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/authn/saml/sso-domain',
    operationId: 'sso.setDomain',
    summary: 'Claim the domain whose people sign in by single sign-on; null gives it up',
    body: z.object({
      ssoDomain: Domain.nullable(),
    }),
    response: SsoDomain,
    errors: ['VALIDATION'],
  }),
  verifyDomain: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/authn/saml/sso-domain/verify',
    operationId: 'sso.verifyDomain',
    summary: 'Look for the proof of the domain in the DNS',
    response: SsoDomain,
    errors: ['VALIDATION'],
  }),
  samlLogin: endpoint({
    ...open,
    method: 'GET',
    path: '/v1/authn/saml/login',
    operationId: 'sso.samlLogin',
    summary: 'Go to the SAML identity provider',
    sends: 'nothing',
    query: z.object({ platformId: z.string().optional() }),
    errors: answers,
  }),
  samlMetadata: endpoint({
    ...open,
    method: 'GET',
    path: '/v1/authn/saml/metadata',
    operationId: 'sso.samlMetadata',
    summary: 'The metadata of this server as a SAML service provider, as XML',
    sends: 'bytes',
  }),
  samlAcs: endpoint({
    ...open,
    method: 'POST',
    path: '/v1/authn/saml/acs',
    operationId: 'sso.samlAcs',
    summary: 'The SAML identity provider sends browsers here, as a form; they go on to the app with a code',
    sends: 'nothing',
    body: z.object({ SAMLResponse: z.string().min(1).max(1_000_000) }),
    errors: answers,
  }),
}
