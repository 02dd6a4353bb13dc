/** An OpenAPI document as lines, one for each thing that it says to a client: sorted, so that two can be compared. */

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objectIn = (value: unknown, key: string): Json => {
  const inner = isObject(value) ? value[key] : undefined
  return isObject(inner) ? inner : {}
}
const listIn = (value: unknown, key: string): unknown[] => {
  const inner = isObject(value) ? value[key] : undefined
  return Array.isArray(inner) ? inner : []
}

const COMPONENT = '#/components/schemas/'
/** Keys with words for people alone. */
const WORDS = new Set(['title', 'description', 'example', 'examples', '$schema', 'id'])
/** Keys that become the path of a line, or its kind. */
const SHAPE = new Set(['type', 'properties', 'required', 'items', 'anyOf', 'oneOf', 'allOf', '$ref', 'const', 'enum'])

/** The meaning of an OpenAPI document, without its texts and its order. */
export function meaningOf(document: unknown): string[] {
  const lines: string[] = []
  for (const [path, item] of Object.entries(objectIn(document, 'paths')))
    for (const [method, operation] of Object.entries(isObject(item) ? item : {}))
      lines.push(...operationLines(`${method.toUpperCase()} ${path}`, isObject(operation) ? operation : {}))
  for (const [name, schema] of Object.entries(objectIn(objectIn(document, 'components'), 'schemas')))
    lines.push(...shapeLines(name, schema))
  return [...new Set(lines)].sort()
}

function operationLines(route: string, operation: Json): string[] {
  const place = String(operation.operationId)
  const plain = ['security', 'x-principals', 'x-permission', 'x-permission-by'].filter((key) => key in operation)
  const lines = [`${place} ${route}`, ...plain.map((key) => `${place} ${key} ${JSON.stringify(operation[key])}`)]
  for (const parameter of listIn(operation, 'parameters')) {
    const { name, in: where, required, schema } = isObject(parameter) ? parameter : {}
    lines.push(...shapeLines(`${place} ${where}.${name}${required === true ? '' : '?'}`, schema))
  }
  for (const schema of jsonOf(operation.requestBody)) lines.push(...shapeLines(`${place} body`, schema))
  for (const [status, response] of Object.entries(objectIn(operation, 'responses'))) {
    if (status === 'default') continue
    const { description } = isObject(response) ? response : {}
    const shapes = Number(status) < 400 ? jsonOf(response) : []
    lines.push(
      `${place} ${status} ${description}`,
      ...shapes.flatMap((shape) => shapeLines(`${place} ${status}`, shape)),
    )
  }
  return lines
}

const jsonOf = (holder: unknown): unknown[] =>
  Object.values(objectIn(holder, 'content')).flatMap((content) => (isObject(content) ? [content.schema] : []))
/** @param place where the schema stands: the path of a field, with `?` after what may be missing */
function shapeLines(place: string, schema: unknown): string[] {
  if (!isObject(schema)) return [`${place}: ${JSON.stringify(schema)}`]
  const { $ref, type, items, additionalProperties } = schema
  if (typeof $ref === 'string') return [`${place}: ${$ref.replace(COMPONENT, '')}`]
  const choices = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listIn(schema, key))
  if (choices.length > 0)
    return choices.flatMap((choice, index) => shapeLines(`${place}<${labelOf(choice, index)}>`, choice))
  const properties = Object.entries(objectIn(schema, 'properties'))
  const required = new Set(listIn(schema, 'required'))
  const inner = [
    ...properties.flatMap(([key, value]) => shapeLines(`${place}.${key}${required.has(key) ? '' : '?'}`, value)),
    ...(isObject(items) ? shapeLines(`${place}[]`, items) : []),
    ...(isObject(additionalProperties) ? shapeLines(`${place}{}`, additionalProperties) : []),
  ]
  const limits = Object.entries(schema).flatMap(([key, value]) =>
    WORDS.has(key) || SHAPE.has(key) || isObject(value) || isNoLimit(key, value)
      ? []
      : [`${key}=${JSON.stringify(value)}`],
  )
  const fixed =
    'const' in schema
      ? [JSON.stringify(schema.const)]
      : listIn(schema, 'enum')
          .map((one) => JSON.stringify(one))
          .sort()
  const own = fixed.length > 0 ? fixed.join('|') : type === undefined ? 'any' : [type].flat().join('|')
  return inner.length > 0 && limits.length === 0 ? inner : [...inner, `${place}: ${[own, ...limits.sort()].join(' ')}`]
}

/** Each integer has these limits, and each object of an answer is closed. */
const isNoLimit = (key: string, value: unknown): boolean =>
  (key === 'additionalProperties' && value === false) || Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER

/** The name of a choice: that of its component, of its fixed field, or of its type; its number when nothing tells it. */
function labelOf(choice: unknown, index: number): string {
  if (!isObject(choice)) return String(index)
  if (typeof choice.$ref === 'string') return choice.$ref.replace(COMPONENT, '')
  for (const [key, value] of Object.entries(objectIn(choice, 'properties')))
    if (isObject(value) && 'const' in value) return `${key}=${value.const}`
  if ('const' in choice) return JSON.stringify(choice.const)
  return typeof choice.type === 'string' && choice.type !== 'object' ? choice.type : String(index)
}
