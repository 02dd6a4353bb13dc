import { keyOf, namedSchemas, type OperationFacts, type Schema } from './operations.ts'

/** The types and routes of the Python client. */
export function writePython(operations: readonly OperationFacts[], listMeta: Schema): string {
  const named = new Map([...namedSchemas(operations), ['ListMeta', listMeta]])
  const names = new Map([...named].map(([name, schema]) => [keyOf(schema), name]))
  const type = (schema: Schema): string => {
    const name = names.get(keyOf(schema))
    if (name !== undefined) return `"${name}"`
    const { type: kind } = schema
    const options = Array.isArray(kind) ? kind.map((one) => ({ ...schema, type: one })) : (schema.anyOf ?? schema.oneOf)
    if (options) {
      const kinds = [...new Set(options.map(type))]
      const others = kinds.filter((kind) => kind !== 'None')
      const joined = others.length > 1 ? `Union[${others.join(', ')}]` : (others[0] ?? 'None')
      return kinds.includes('None') ? `Optional[${joined}]` : joined
    }
    if (schema.const !== undefined) return literals([schema.const])
    if (schema.enum) return literals(schema.enum)
    switch (kind) {
      case 'string':
        return 'str'
      case 'number':
        return 'float'
      case 'integer':
        return 'int'
      case 'boolean':
        return 'bool'
      case 'null':
        return 'None'
      case 'array':
        return `List[${schema.items ? type(schema.items) : 'Any'}]`
      case 'object':
        return 'Dict[str, Any]'
      default:
        return 'Any'
    }
  }
  const fields = (schema: Schema, isRequired: boolean): string[] =>
    Object.entries(schema.properties ?? {})
      .filter(([key]) => (schema.required ?? []).includes(key) === isRequired)
      .map(([key, value]) => `    ${key}: ${type(value)}\n`)
  const classes = [...named].map(([name, schema]) => {
    const required = fields(schema, true)
    const optional = fields(schema, false)
    if (optional.length === 0) return `class ${name}(TypedDict):\n${required.join('') || '    pass\n'}`
    return `class _${name}(TypedDict):\n${required.join('') || '    pass\n'}\n\nclass ${name}(_${name}, total=False):\n${optional.join('')}`
  })
  const routes = operations.map(({ name, route }) => `    "${name}": "${route}",\n`)
  return `"""The types of the answers. Generated from the OpenAPI document of /v1 by \`npm run docs\`."""

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union


${classes.join('\n\n')}

#: Method and path of each operation.
ROUTES: Dict[str, str] = {
${routes.join('')}}
`
}

const literals = (values: readonly unknown[]): string =>
  `Literal[${values.map((value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value))).join(', ')}]`
