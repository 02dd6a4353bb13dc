import { z } from 'zod'

/** The generators of the clients read an OpenAPI document through these shapes. */

const SchemaNode: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    anyOf: z.array(SchemaNode).optional(),
    oneOf: z.array(SchemaNode).optional(),
    items: SchemaNode.optional(),
    properties: z.record(z.string(), SchemaNode).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), SchemaNode]).optional(),
    $ref: z.string().optional(),
    description: z.string().optional(),
  }),
)

export interface Schema {
  type?: string | string[] | undefined
  enum?: unknown[] | undefined
  const?: unknown
  anyOf?: Schema[] | undefined
  oneOf?: Schema[] | undefined
  items?: Schema | undefined
  properties?: Record<string, Schema> | undefined
  required?: string[] | undefined
  additionalProperties?: boolean | Schema | undefined
  $ref?: string | undefined
  description?: string | undefined
}

const Content = z.object({ content: z.object({ 'application/json': z.object({ schema: SchemaNode }) }) })
/** A file is no JSON. */
const AnswerContent = Content.or(z.looseObject({}).transform(() => undefined))

const Operation = z.object({
  operationId: z.string(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: SchemaNode }))
    .default([]),
  requestBody: Content.optional(),
  responses: z.record(z.string(), AnswerContent),
})

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.object({ ListMeta: SchemaNode }) }),
})

export interface OperationFacts {
  name: string
  /** `GET /workflows/{id}` */
  route: string
  query: Schema
  body: Schema | undefined
  /** The schema of `data`. */
  data: Schema
  isList: boolean
}

/** The operations of a document that answer JSON by name, and the schema of `meta` of lists. */
export function readOperations(document: unknown): { operations: OperationFacts[]; listMeta: Schema } {
  const { paths, components } = Document.parse(document)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): OperationFacts[] => {
      const success = operation.responses['200'] ?? operation.responses['201']
      if (!success) return []
      const envelope = success.content['application/json'].schema.properties ?? {}
      const queried = operation.parameters.filter((parameter) => parameter.in === 'query')
      const facts = {
        name: operation.operationId,
        route: `${method.toUpperCase()} ${path}`,
        query: {
          type: 'object',
          properties: Object.fromEntries(queried.map(({ name, schema }) => [name, schema])),
          required: queried.filter(({ required }) => required).map(({ name }) => name),
          additionalProperties: false,
        },
        body: operation.requestBody?.content['application/json'].schema,
        data: envelope.data ?? {},
        isList: envelope.meta?.$ref !== undefined,
      }
      return [facts]
    }),
  )
  return {
    operations: operations.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    listMeta: components.schemas.ListMeta,
  }
}

/** Names for the schemas of answers, so that they are written once. The first operation of a name gives its schema. */
export const NAMED: Readonly<Record<string, { operation: string; path: readonly string[] }>> = {
  Workflow: { operation: 'workflows.get', path: [] },
  WorkflowSummary: { operation: 'workflows.list', path: ['items'] },
  GraphNode: { operation: 'workflows.get', path: ['properties', 'nodes', 'items'] },
  GraphEdge: { operation: 'workflows.get', path: ['properties', 'edges', 'items'] },
  Execution: { operation: 'executions.get', path: [] },
  ExecutionSummary: { operation: 'executions.list', path: ['items'] },
  ExecutionLog: { operation: 'executions.get', path: ['properties', 'logs', 'items'] },
  Executed: { operation: 'executions.execute', path: [] },
  Form: { operation: 'forms.get', path: [] },
  FormField: { operation: 'forms.get', path: ['properties', 'fields', 'items'] },
  FormSubmission: { operation: 'forms.submit', path: [] },
  Credential: { operation: 'credentials.get', path: [] },
  Integration: { operation: 'integrations.list', path: ['items'] },
  IntegrationCheck: { operation: 'integrations.test', path: [] },
  Webhook: { operation: 'webhooks.get', path: [] },
  NewWebhookAnswer: { operation: 'webhooks.create', path: [] },
  WebhookDelivery: { operation: 'webhooks.redeliver', path: [] },
  Deleted: { operation: 'workflows.remove', path: [] },
}

/** The named schemas of some operations. */
export function namedSchemas(operations: readonly OperationFacts[]): Map<string, Schema> {
  return new Map(
    Object.entries(NAMED).map(([name, { operation, path }]) => {
      const found = operations.find((one) => one.name === operation)
      let schema: unknown = found?.data
      for (const key of path) schema = Reflect.get(Object(schema), key)
      return [name, SchemaNode.parse(schema)]
    }),
  )
}

/** The text by which equal schemas are known. */
export const keyOf = (schema: Schema): string => JSON.stringify(SchemaNode.parse(schema))
