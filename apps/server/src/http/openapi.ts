import { z } from 'zod'
import { API_PREFIX, type DocumentedRoute, type RouteSchema } from './route.ts'

type JsonObject = Record<string, unknown>

const OPENAPI_VERSION = '3.1.0'

/** The OpenAPI document of the routes, made from the schemas that check the requests. */
export function buildOpenApi(routes: readonly DocumentedRoute[], version: string): JsonObject {
  const definitions: JsonObject = {}
  const paths: Record<string, JsonObject> = {}
  for (const entry of routes) {
    const path = entry.url.replace(/:(\w+)/g, '{$1}')
    const item = paths[path] ?? {}
    item[entry.method.toLowerCase()] = describeRoute(entry, definitions)
    paths[path] = item
  }
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: 'Piecework API',
      version,
      description: 'Flows, runs and everything around them. Lists page by opaque cursors.',
    },
    servers: [{ url: API_PREFIX }],
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

function describeRoute(entry: DocumentedRoute, definitions: JsonObject): JsonObject {
  const { method, url, summary, principals, permission, schema, status } = entry
  const name = entry.operationId?.replaceAll('.', '_') ?? operationName(method, url)
  const convert = (part: keyof RouteSchema, io: 'input' | 'output') =>
    toJsonSchema(schema[part], `${name}_${part}`, io, definitions)
  const parameters = [
    ...describeParameters(convert('params', 'input'), 'path', pathNames(url)),
    ...describeParameters(convert('query', 'input'), 'query', []),
  ]
  const body = schema.body && convert('body', 'input')
  return {
    operationId: entry.operationId ?? name,
    summary,
    tags: [url.split('/')[2] ?? 'other'],
    ...(principals === 'public'
      ? {}
      : { security: principals === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }] }),
    ...(Array.isArray(principals) ? { 'x-principals': principals } : {}),
    ...(permission === 'NONE' ? {} : { 'x-permission': permission }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      [status]: {
        description: 'Success',
        ...(schema.response ? { content: { 'application/json': { schema: convert('response', 'output') } } } : {}),
      },
      default: {
        description: 'Error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function operationName(method: string, url: string): string {
  const words = url
    .split('/')
    .slice(2)
    .map((part) => part.replace(/^:/, 'by-'))
  return [method.toLowerCase(), ...words].join('_').replace(/[^a-zA-Z0-9_]/g, '_')
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

/** A JSON schema whose own definitions have moved to the components of the document. */
function toJsonSchema(
  schema: z.ZodType | undefined,
  name: string,
  io: 'input' | 'output',
  definitions: JsonObject,
): JsonObject {
  if (!schema) return {}
  const { $schema: _, $defs, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  const moved = (ref: string): string =>
    ref.replace('#/$defs/', `#/components/schemas/${name}_`).replace(/^#$/, `#/components/schemas/${name}`)
  const own = rewriteRefs(json, moved) as JsonObject
  for (const [key, value] of Object.entries($defs ?? {})) definitions[`${name}_${key}`] = rewriteRefs(value, moved)
  if (!JSON.stringify(json).includes('"$ref":"#"')) return own
  definitions[name] = own
  return { $ref: `#/components/schemas/${name}` }
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
