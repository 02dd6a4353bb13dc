import { ERROR_STATUS, type ErrorCode } from '@piecework/model/errors'
import { z } from 'zod'
import { componentOf } from './components.ts'
import type { Endpoint } from './endpoint.ts'

type JsonObject = Record<string, unknown>

const OPENAPI_VERSION = '3.1.0'

/**
 * The OpenAPI document of the endpoints, made from the schemas that check the requests.
 * @param prefix the path that all endpoints are under
 */
export function buildOpenApi(
  endpoints: readonly Endpoint[],
  { version, prefix }: { version: string; prefix: string },
): JsonObject {
  const definitions: JsonObject = {}
  const paths: Record<string, JsonObject> = {}
  for (const entry of endpoints) {
    const path = entry.path.replace(/:(\w+)/g, '{$1}')
    const item = paths[path] ?? {}
    item[entry.method.toLowerCase()] = describe(entry, definitions)
    paths[path] = item
  }
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: 'Piecework API',
      version,
      description: 'Flows, runs and everything around them. Lists use opaque cursors.',
    },
    servers: [{ url: prefix }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A session token, or an API key that begins with `sk-`.',
        },
      },
      schemas: { Error: ERROR_SCHEMA, ...definitions },
    },
  }
}

const ERROR_SCHEMA = {
  type: 'object',
  required: ['statusCode', 'code', 'params'],
  properties: {
    statusCode: { type: 'integer' },
    code: { type: 'string' },
    error: { type: 'string' },
    message: { type: 'string' },
    params: { type: 'object', additionalProperties: true },
  },
}

const ERROR_CONTENT = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }

/** The errors that are particular to an endpoint, by their status. */
function describeErrors(codes: readonly ErrorCode[]): JsonObject {
  const groups = Map.groupBy(codes, (code) => ERROR_STATUS[code])
  return Object.fromEntries(
    [...groups].map(([status, same]) => [status, { description: same.join(', '), content: ERROR_CONTENT }]),
  )
}

function describe(endpoint: Endpoint, definitions: JsonObject): JsonObject {
  const { operationId, path, summary, principals, permission, permissionsBy, response, status = 200 } = endpoint
  const convert = (schema: z.ZodType | undefined, io: 'input' | 'output') => toJsonSchema(schema, io, definitions)
  const parameters = [
    ...describeParameters(convert(endpoint.params, 'input'), 'path', pathNames(path)),
    ...describeParameters(convert(endpoint.query, 'input'), 'query', []),
  ]
  const body = endpoint.body && convert(endpoint.body, 'input')
  return {
    operationId,
    summary,
    tags: [path.split('/')[2] ?? 'other'],
    ...(principals === 'public'
      ? {}
      : { security: principals === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }] }),
    ...(Array.isArray(principals) ? { 'x-principals': principals } : {}),
    ...(permission === 'NONE' ? {} : { 'x-permission': permission }),
    // The permission that is needed besides `x-permission` depends on a field of the body.
    ...(permissionsBy ? { 'x-permission-by': { [permissionsBy.field]: permissionsBy.permissions } } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      [status]: {
        description: 'Success',
        ...(response ? { content: { 'application/json': { schema: convert(response, 'output') } } } : {}),
      },
      ...describeErrors(endpoint.errors ?? []),
      default: { description: 'Error', content: ERROR_CONTENT },
    },
  }
}

const pathNames = (url: string): string[] => [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name)

function describeParameters(schema: JsonObject, place: 'path' | 'query', names: readonly string[]): JsonObject[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  const all = new Set([...names, ...Object.keys(properties)])
  return [...all].map((name) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: properties[name] ?? { type: 'string' },
  }))
}

/** Names the schemas that recur, and keeps what is said of the others. */
class Components extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  override get<S extends z.core.$ZodType>(schema: S): z.core.$replace<z.core.GlobalMeta, S> | undefined {
    const described = z.globalRegistry.get(schema)
    const id = componentOf(schema)
    return id === undefined ? described : { ...described, id }
  }
}
const COMPONENTS = new Components()

/** A JSON schema; what recurs in it moves to the components of the document, by its name. */
function toJsonSchema(schema: z.ZodType | undefined, io: 'input' | 'output', definitions: JsonObject): JsonObject {
  if (!schema) return {}
  // A root stays where it is, whatever its name: as an item it is like any other.
  const list = z.toJSONSchema(z.array(schema), { io, unrepresentable: 'any', metadata: COMPONENTS })
  // Answers hold the fields that requests may leave out, so that one schema has two forms.
  const nameOf = (id: string): string => (io === 'input' ? `${id}Input` : id)
  const found = Object.entries(list.$defs ?? {})
  // A recursive schema is also met inside of a wrapper, which is then a definition that only refers to it.
  const aliases = new Map(found.flatMap(([id, { $ref }]) => ($ref === undefined ? [] : [[`#/$defs/${id}`, $ref]])))
  const moved = (ref: string): string =>
    `#/components/schemas/${nameOf((aliases.get(ref) ?? ref).replace('#/$defs/', ''))}`
  for (const [id, definition] of found) {
    if (aliases.has(`#/$defs/${id}`)) continue
    if (id.startsWith('__')) throw new Error('A recursive schema is missing in the table of components')
    definitions[nameOf(id)] = rewriteRefs(definition, moved)
  }
  const own = rewriteRefs(list.items, moved)
  return isObject(own) ? own : {}
}

function rewriteRefs(value: unknown, moved: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewriteRefs(item, moved))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? moved(inner) : rewriteRefs(inner, moved),
    ]),
  )
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
