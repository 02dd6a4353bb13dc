import { webUrl } from '@piecework/model/text/web-url'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, Nothing, pageOf, pageQuery } from './shapes.ts'

const Text = z.string().min(1).max(4096)
const AS_HEADER = [
  /^[\x20-\x7e]*$/,
  'must hold letters, digits and signs of ASCII alone: it is sent as a header',
] as const
const Url = webUrl(/^https?$/, 'must be a URL that begins with https:// or http://').max(2048)
/** A token that a Connect server takes the place of. */
const ServiceAccountToken = z.string('must be a token, or give url and connectToken').min(1).max(4096)
const Scope = z.enum(['PLATFORM', 'PROJECT'])
const Name = z.string().trim().min(1).max(255)

/** How each kind of secret manager is reached. */
export const SECRET_MANAGER_CONFIGS = {
  hashicorp: z.object({
    url: Url,
    namespace: z
      .string()
      .max(255)
      .regex(...AS_HEADER)
      .optional(),
    roleId: Text,
    secretId: Text,
  }),
  aws: z.object({
    accessKeyId: Text,
    secretAccessKey: Text,
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, 'must be the name of a region, such as eu-central-1'),
  }),
  'cyberark-conjur': z.object({ organizationAccountName: Text, loginId: Text, url: Url, apiKey: Text }),
  /** By the token of a service account, or through a Connect server that the company runs. */
  onepassword: z.union([
    z.object({ serviceAccountToken: ServiceAccountToken }),
    z.object({ url: Url, connectToken: Text.regex(...AS_HEADER) }),
  ]),
} as const
export type SecretManagerProvider = keyof typeof SECRET_MANAGER_CONFIGS

const providers = Object.keys(SECRET_MANAGER_CONFIGS) as [SecretManagerProvider, ...SecretManagerProvider[]]
const ProviderId = z.enum(providers, {
  error: `must be one of ${providers.join(', ')}`,
})

export const SecretManager = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  providerId: ProviderId,
  name: z.string(),
  scope: Scope,
  /** The projects that may use it; of one for the whole platform none are named. */
  projectIds: z.array(z.string()),
  /** `connected`: whether it let the server in when that was last tried, at most an hour ago. */
  connection: z.object({ configured: z.boolean(), connected: z.boolean() }),
})
export type SecretManager = z.infer<typeof SecretManager>

const place = { name: Name, scope: Scope.default('PLATFORM'), projectIds: z.array(z.string()).max(1000).optional() }
const config = <P extends SecretManagerProvider>(providerId: P) =>
  z.object({ providerId: z.literal(providerId), ...place, config: SECRET_MANAGER_CONFIGS[providerId] })
const SecretManagerBody = z.discriminatedUnion(
  'providerId',
  [config('hashicorp'), config('aws'), config('cyberark-conjur'), config('onepassword')],
  { error: `providerId must be one of ${providers.join(', ')}` },
)

const forAdministrators = { principals: ['USER'], permission: 'PLATFORM_ADMIN', project: null } as const
const errors = ['SECRET_MANAGER_CONNECTION_FAILED'] as const

export const secretManagers = {
  list: endpoint({
    method: 'GET',
    path: '/v1/secret-managers',
    operationId: 'secretManagers.list',
    summary: 'List the secret managers of the platform, or those that a project may use',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    query: z.object({ projectId: z.string().optional(), ...pageQuery(20) }),
    response: pageOf(SecretManager),
  }),
  create: endpoint({
    ...forAdministrators,
    method: 'POST',
    path: '/v1/secret-managers',
    operationId: 'secretManagers.create',
    summary: 'Connect a secret manager; it must let the server in',
    status: 201,
    body: SecretManagerBody,
    response: SecretManager,
    errors,
  }),
  update: endpoint({
    ...forAdministrators,
    method: 'POST',
    path: '/v1/secret-managers/:id',
    operationId: 'secretManagers.update',
    summary: 'Change a secret manager; it must let the server in',
    params: IdParams,
    body: SecretManagerBody,
    response: SecretManager,
    errors,
  }),
  remove: endpoint({
    ...forAdministrators,
    method: 'DELETE',
    path: '/v1/secret-managers/:id',
    operationId: 'secretManagers.remove',
    summary: 'Disconnect a secret manager; connections that refer to it stop working',
    status: 204,
    params: IdParams,
  }),
  clearCache: endpoint({
    ...forAdministrators,
    method: 'DELETE',
    path: '/v1/secret-managers/cache',
    operationId: 'secretManagers.clearCache',
    summary: 'Forget the secrets of one secret manager, or of all, so that they are read again',
    query: z.object({ connectionId: z.string().optional() }),
    response: Nothing,
  }),
}
