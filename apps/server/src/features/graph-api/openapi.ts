import type { GraphEndpoint } from '@piecework/api/graph/endpoint'
import { GRAPH_ERRORS, GraphError, ListMeta } from '@piecework/api/graph/shapes'
import { z } from 'zod'
import { GRAPH_PREFIX } from '../../http/envelope.ts'

type JsonObject = Record<string, unknown>

/** The OpenAPI 3.1 document of the graph API, made from the schemas that check the requests. */
export function buildGraphOpenApi(endpoints: readonly GraphEndpoint[], version: string): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: describe(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Piecework graph API',
      version,
      description: 'Workflows as nodes and edges, executions, forms, credentials and webhooks, for programs.',
    },
    servers: [{ url: GRAPH_PREFIX }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A key of a project, which begins with `pk-`; or a key of the platform (`sk-`) with the header X-Project-Id.',
        },
      },
      schemas: { Error: jsonSchema(GraphError, 'output'), ListMeta: jsonSchema(ListMeta, 'output') },
    },
  }
}

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject
  return rest
}

const ERROR_CONTENT = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }

const RATE_HEADERS = Object.fromEntries(
  [
    ['X-RateLimit-Limit', 'Requests in the window.'],
    ['X-RateLimit-Remaining', 'Requests that are left.'],
    ['X-RateLimit-Reset', 'When the window ends, in seconds since 1970.'],
  ].map(([name, description]) => [name, { description, schema: { type: 'integer' } }]),
)

function describe(endpoint: GraphEndpoint): JsonObject {
  const { operationId, path, summary, scope, status = 200, isList, sends, body, deprecated } = endpoint
  const data = jsonSchema(endpoint.response, 'output')
  const envelope = {
    type: 'object',
    required: ['success', 'data', 'meta'],
    properties: {
      success: { const: true },
      data: isList ? { type: 'array', items: data } : data,
      meta: isList ? { $ref: '#/components/schemas/ListMeta' } : { type: 'object' },
    },
  }
  const parameters = [
    ...parametersOf(endpoint.params, 'path'),
    ...parametersOf(endpoint.query, 'query'),
    ...Object.entries(endpoint.headers ?? {}).map(([name, description]) => ({
      ...{ name, in: 'header', required: false, description },
      schema: { type: 'string' },
    })),
  ]
  const errors = Object.entries(GRAPH_ERRORS).map(([code, number]) => [
    number,
    { description: code, content: ERROR_CONTENT, headers: RATE_HEADERS },
  ])
  return {
    operationId,
    summary,
    tags: [path.split('/')[1] || 'reference'],
    ...(scope === null ? { security: [] } : { 'x-scope': scope }),
    ...(deprecated ? { deprecated: true, 'x-sunset': deprecated.sunset } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }
      : {}),
    responses: {
      [status]: {
        description: 'Success',
        content: sends
          ? { [sends === 'zip' ? 'application/zip' : `text/${sends}`]: { schema: data } }
          : { 'application/json': { schema: envelope } },
        headers: RATE_HEADERS,
      },
      ...Object.fromEntries(errors),
    },
  }
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): JsonObject[] {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: JsonObject
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    ...{ name, in: place, required: place === 'path' || required.includes(name) },
    schema: property,
  }))
}
