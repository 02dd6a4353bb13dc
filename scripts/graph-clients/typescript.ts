import { keyOf, namedSchemas, type OperationFacts, type Schema } from './operations.ts'

const HEADER = '// Over 300 lines, because it is generated: `npm run docs` makes it from the OpenAPI document of /v1.\n'

/** The types of the TypeScript client. */
export function writeTypeScript(operations: readonly OperationFacts[], listMeta: Schema): string {
  const named = new Map([...namedSchemas(operations), ['ListMeta', listMeta]])
  const names = new Map([...named].map(([name, schema]) => [keyOf(schema), name]))
  const type = (schema: Schema, own?: string): string => {
    const name = names.get(keyOf(schema))
    if (name !== undefined && name !== own) return name
    const options = schema.anyOf ?? schema.oneOf
    if (options) return [...new Set(options.map((one) => type(one)))].join(' | ')
    if (schema.const !== undefined) return literal(schema.const)
    if (schema.enum) return schema.enum.map(literal).join(' | ')
    if (Array.isArray(schema.type)) return schema.type.map((one) => type({ ...schema, type: one })).join(' | ')
    switch (schema.type) {
      case 'string':
        return 'string'
      case 'number':
      case 'integer':
        return 'number'
      case 'boolean':
        return 'boolean'
      case 'null':
        return 'null'
      case 'array': {
        const item = schema.items ? type(schema.items) : 'unknown'
        return /[|{]/.test(item) ? `Array<${item}>` : `${item}[]`
      }
      case 'object':
        return objectType(schema, type)
      default:
        return 'unknown'
    }
  }
  const interfaces = [...named].map(([name, schema]) => `export interface ${name} ${type(schema, name)}\n`)
  const rows = operations.map(
    ({ name, query, body, data, isList }) =>
      `  '${name}': {\n    query: ${type(query)}\n    body: ${body ? type(body) : 'undefined'}\n    data: ${type(data)}\n    meta: ${isList ? 'ListMeta' : 'Record<string, unknown>'}\n  }\n`,
  )
  const lists = operations.filter(({ isList }) => isList).map(({ name }) => `  | '${name}'\n`)
  const routes = operations.map(({ name, route }) => `  '${name}': '${route}',\n`)
  return `${HEADER}
/** Method and path of each operation. */
export const ROUTES = {
${routes.join('')}} as const satisfies Record<OperationName, string>

export type OperationName = keyof Operations

/** The operations that answer lists. */
export type ListName =
${lists.join('')}
${interfaces.join('\n')}
/** The query and body that each operation takes, and its answer. */
export interface Operations {
${rows.join('')}}
`
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema, type: (s: Schema) => string) {
  const fields = Object.entries(properties).map(([key, schema]) => {
    const isOptional = !required.includes(key)
    return `${/^\w+$/.test(key) ? key : `'${key}'`}${isOptional ? '?' : ''}: ${type(schema)}${isOptional ? ' | undefined' : ''}`
  })
  const others = additionalProperties === undefined || additionalProperties === false ? undefined : additionalProperties
  const value = others === true || others === undefined ? 'unknown' : type(others)
  if (fields.length === 0) return others === undefined ? 'Record<string, never>' : `Record<string, ${value}>`
  if (others !== undefined) fields.push('[key: string]: unknown')
  return `{ ${fields.join('; ')} }`
}

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))
