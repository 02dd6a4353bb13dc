import { api } from '@piecework/api/index'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isUniqueViolation, repeatedColumn } from '../../database/open.ts'
import { describeError, InvalidRequest } from '../../http/errors.ts'
import { implement } from '../../http/implement.ts'
import { acceptJson } from '../../http/json-body.ts'
import { API_PREFIX } from '../../http/route.ts'
import { ScimError } from './error.ts'
import { parseFilter } from './filter.ts'
import type { GroupWithMembers, ScimGroups } from './groups.ts'
import {
  CONFIGURATION,
  groupResource,
  listResource,
  RESOURCE_SCHEMAS,
  RESOURCE_TYPES,
  type Resource,
  userResource,
  versionOf,
} from './resources.ts'
import type { Listing, ScimUserRow } from './rows.ts'
import type { ScimUsers } from './users.ts'

interface Parts {
  users: ScimUsers
  groups: ScimGroups
  /** The address of SCIM, with the version. */
  base: string
}

const MEDIA_TYPE = 'application/scim+json; charset=utf-8'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const UNIQUE: ReadonlySet<string> = new Set(['PROJECT_EXTERNAL_ID_ALREADY_EXISTS'])

export async function scimRoutes(app: FastifyInstance, { users, groups, base }: Parts): Promise<void> {
  await app.register(async (scope) => {
    acceptJson(scope, 'application/scim+json')
    scope.setErrorHandler(answerError)
    const user = (row: ScimUserRow): Resource => userResource(base, row)
    const group = ({ row, members }: GroupWithMembers): Resource => groupResource(base, row, members)
    const ofUser = (request: FastifyRequest) => (row: ScimUserRow) => requireMatch(request, user(row))
    const ofGroup = (request: FastifyRequest) => (found: GroupWithMembers) => requireMatch(request, group(found))
    const fixed = (reply: FastifyReply, resource: Resource): Resource => {
      reply.type(MEDIA_TYPE)
      return resource
    }

    scope.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: `${API_PREFIX}/v1/scim/*`,
      config: { access: 'declared' },
      // Before the body is read.
      onRequest: async ({ method, url }) => {
        throw new ScimError(404, `There is nothing at ${method} ${url.split('?', 1)[0]}`)
      },
      handler: () => {},
    })
    implement(scope, api.scim.configuration, ({ reply }) => fixed(reply, CONFIGURATION))
    implement(scope, api.scim.resourceTypes, ({ reply }) => fixed(reply, RESOURCE_TYPES))
    implement(scope, api.scim.schemas, ({ reply }) => fixed(reply, RESOURCE_SCHEMAS))

    implement(scope, api.scim.listUsers, async ({ actor, query, reply }) => {
      const { total, rows } = await users.list(actor, listingOf(query))
      return fixed(reply, listResource(total, query.startIndex, rows.map(user)))
    })
    implement(scope, api.scim.createUser, async ({ actor, body, reply }) =>
      shown(reply, user(await users.create(actor, body))),
    )
    implement(scope, api.scim.getUser, async ({ actor, params, request, reply }) =>
      unlessKnown(request, reply, user(await users.get(actor, params.id))),
    )
    implement(scope, api.scim.replaceUser, async ({ actor, params, body, request, reply }) =>
      shown(reply, user(await users.replace(actor, params.id, body, ofUser(request)))),
    )
    implement(scope, api.scim.patchUser, async ({ actor, params, body, request, reply }) =>
      shown(reply, user(await users.patch(actor, params.id, body, ofUser(request)))),
    )
    implement(scope, api.scim.removeUser, ({ actor, params, request }) =>
      users.remove(actor, params.id, ofUser(request)),
    )

    implement(scope, api.scim.listGroups, async ({ actor, query, reply }) => {
      const found = await groups.list(actor, listingOf(query), showsMembers(query))
      return fixed(reply, listResource(found.total, query.startIndex, found.groups.map(group)))
    })
    implement(scope, api.scim.createGroup, async ({ actor, body, reply }) =>
      shown(reply, group(await groups.create(actor, body))),
    )
    implement(scope, api.scim.getGroup, async ({ actor, params, query, request, reply }) => {
      const found = await groups.get(actor, params.id)
      return unlessKnown(request, reply, group(showsMembers(query) ? found : { ...found, members: undefined }))
    })
    implement(scope, api.scim.replaceGroup, async ({ actor, params, body, request, reply }) =>
      shown(reply, group(await groups.replace(actor, params.id, body, ofGroup(request)))),
    )
    implement(scope, api.scim.patchGroup, async ({ actor, params, body, request, reply }) =>
      shown(reply, group(await groups.patch(actor, params.id, body, ofGroup(request)))),
    )
    implement(scope, api.scim.removeGroup, ({ actor, params, request }) =>
      groups.remove(actor, params.id, ofGroup(request)),
    )
  })
}

const listingOf = ({
  filter,
  startIndex,
  count,
}: {
  filter?: string | undefined
  startIndex: number
  count: number
}): Listing => ({
  ...{ filter: filter === undefined ? undefined : parseFilter(filter), startIndex, count },
})

const showsMembers = ({ excludedAttributes = '' }: { excludedAttributes?: string | undefined }): boolean =>
  !excludedAttributes
    .toLowerCase()
    .split(',')
    .some((name) => name.trim() === 'members')

function shown(reply: FastifyReply, resource: Resource): Resource {
  reply.type(MEDIA_TYPE).header('etag', versionOf(resource))
  return resource
}

function unlessKnown(request: FastifyRequest, reply: FastifyReply, resource: Resource): Resource | FastifyReply {
  const version = versionOf(resource)
  if (tagsOf(request.headers['if-none-match']).includes(version)) return reply.code(304).header('etag', version).send()
  return shown(reply, resource)
}

/** Tags hold no comma here. */
const tagsOf = (header = ''): string[] => header.split(',').map((tag) => tag.trim())

/** @throws ScimError 412 when the caller has seen another version */
function requireMatch({ headers }: FastifyRequest, resource: Resource): void {
  const wanted = headers['if-match']
  if (wanted !== undefined && wanted !== '*' && !tagsOf(wanted).includes(versionOf(resource)))
    throw new ScimError(412, 'The resource has changed in the meantime: get it again')
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, detail, scimType } = describe(error, request)
  if (status >= 500) request.log.error({ err: error }, 'a SCIM request failed')
  const body = { schemas: [ERROR], status: String(status), ...(scimType === undefined ? {} : { scimType }), detail }
  return reply.code(status).type(MEDIA_TYPE).send(body)
}

function describe(
  error: unknown,
  request: FastifyRequest,
): { status: number; detail: string; scimType?: string | undefined } {
  if (error instanceof ScimError) return { status: error.status, detail: error.message, scimType: error.scimType }
  if (error instanceof InvalidRequest) return { status: 400, detail: error.message, scimType: 'invalidValue' }
  if (isUniqueViolation(error)) {
    const column = repeatedColumn(error)
    const attribute = column === 'email' ? 'userName' : (column ?? 'value')
    return { status: 409, detail: `The ${attribute} is taken`, scimType: 'uniqueness' }
  }
  const known = describeError(error, request)
  if (!known) return { status: 500, detail: 'The server could not do this' }
  const { statusCode: status, code, params, message } = known
  const detail = typeof params.message === 'string' ? params.message : (message ?? code)
  return { status, detail, ...(UNIQUE.has(code) ? { scimType: 'uniqueness' } : {}) }
}
