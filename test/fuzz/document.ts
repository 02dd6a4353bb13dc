import type { Random } from './random.ts'

/** A schema of an OpenAPI document, as far as values are made from it. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  format?: string
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
}

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema?: Schema
}

interface Operation {
  parameters?: Parameter[]
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}

export interface Document {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

export interface ApiCall {
  method: string
  /** With its query. */
  path: string
  body?: string
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const MOST_DEPTH = 5

/** Texts that databases, parsers and file systems choke on. */
const ODD_TEXTS = [
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '',
  ' ',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '2024-02-30T00:00:00Z',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '%_\\',
  '../../etc/passwd',
  'a\r\nb: c',
  '{{x}}',
  'x'.repeat(20_000),
  'http://[',
  'eyJ9',
  'W10=',
  '\u202e\ufeff',
] as const
const ODD_NUMBERS = ['-1', '0', '1e308', '-0', '1.5', '9007199254740993', '1e999', '2147483648'] as const
/** As JSON. */
const ODD_VALUES = [
  'null',
  '[]',
  '{}',
  'true',
  '[null]',
  '{"__proto__":{"a":1}}',
  `${'['.repeat(1400)}${']'.repeat(1400)}`,
  `${'{"a":'.repeat(1600)}1${'}'.repeat(1600)}`,
] as const

/**
 * Calls of every operation of a document: one that fits its schema, and some in which one place holds what does not.
 * @param known values for fields and parameters by their name, so that calls reach rows that are there.
 */
export function* callsOf(
  document: Document,
  random: Random,
  known: Readonly<Record<string, string>>,
  odd: number,
): Generator<ApiCall> {
  for (const [path, operations] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = operations[method]
      if (!operation) continue
      for (let turn = 0; turn <= odd; turn++)
        yield callOf({ document, random, known: method === 'delete' ? {} : known, oddity: turn / (turn + 4) }, [
          method,
          path,
          operation,
        ])
    }
}

interface Making {
  document: Document
  random: Random
  known: Readonly<Record<string, string>>
  /** How likely each value is one that does not fit. */
  oddity: number
}

function callOf(
  making: Making,
  [method, path, { parameters = [], requestBody }]: [string, string, Operation],
): ApiCall {
  const { random, oddity } = making
  const query: string[] = []
  let filled = path
  for (const { name, in: place, required, schema = {} } of parameters) {
    if (place !== 'path' && !required && random.below(3) === 0) continue
    const value = queryText(jsonOf(making, schema, name))
    if (place === 'path') filled = filled.replace(`{${name}}`, escaped(value) || 'x')
    if (place === 'query') query.push(`${name}=${escaped(value)}`)
  }
  const schema = requestBody?.content?.['application/json']?.schema
  const body = schema && (random.below(100) < oddity * 10 ? random.pick(ODD_VALUES) : jsonOf(making, schema, ''))
  return {
    method: method.toUpperCase(),
    path: `${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    ...(body === undefined ? {} : { body }),
  }
}

/** A value as JSON, made from its schema. */
function jsonOf(making: Making, schema: Schema, name: string, depth = 0): string {
  const { document, random, known, oddity } = making
  if (schema.$ref)
    return jsonOf(making, document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}, name, depth + 1)
  if (random.below(1000) < oddity * 40) return random.pick(ODD_VALUES)
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices && choices.length > 0) return jsonOf(making, choices[random.below(choices.length)] ?? {}, name, depth)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return JSON.stringify(schema.enum[random.below(schema.enum.length)] ?? null)
  const type = Array.isArray(schema.type) ? schema.type[random.below(schema.type.length)] : schema.type
  switch (type) {
    case 'object':
      return objectOf(making, schema, depth)
    case 'array': {
      const length = depth > MOST_DEPTH ? 0 : random.below(3)
      return `[${Array.from({ length }, () => jsonOf(making, schema.items ?? {}, name, depth + 1)).join()}]`
    }
    case 'number':
    case 'integer':
      return random.below(100) < oddity * 100 ? random.pick(ODD_NUMBERS) : String(1 + random.below(50))
    case 'boolean':
      return random.pick(['true', 'false'])
    case 'null':
      return 'null'
    case 'string':
      return JSON.stringify(textOf(making, schema, name))
    default:
      return random.pick([JSON.stringify(textOf(making, schema, name)), '{"a":[1,"b"]}', '1', known.any ?? 'null'])
  }
}

function objectOf(
  making: Making,
  { properties = {}, required = [], additionalProperties }: Schema,
  depth: number,
): string {
  const { random, oddity } = making
  const members = Object.entries(properties)
    .filter(([name]) =>
      required.includes(name) ? random.below(100) >= oddity * 5 : depth < MOST_DEPTH && random.below(2) > 0,
    )
    .map(([name, schema]) => `${JSON.stringify(name)}:${jsonOf(making, schema, name, depth + 1)}`)
  if (additionalProperties && depth < MOST_DEPTH)
    members.push(
      `${JSON.stringify(random.below(100) < oddity * 100 ? random.pick(ODD_TEXTS) : 'key')}:${jsonOf(making, additionalProperties === true ? {} : additionalProperties, 'key', depth + 1)}`,
    )
  return `{${members.join()}}`
}

function textOf({ random, known, oddity }: Making, { format }: Schema, name: string): string {
  if (random.below(100) < oddity * 60) return random.pick(ODD_TEXTS)
  const value = known[name]
  if (value !== undefined) return value
  if (format === 'date-time') return '2026-01-01T00:00:00.000Z'
  if (format === 'date') return '2026-01-01'
  if (format === 'email') return 'ada@example.com'
  if (format === 'uri') return 'https://example.com/a'
  return `text${random.below(1000)}`
}

/** JSON of one value as it stands in a query: texts without their quotes. */
function queryText(json: string): string {
  const value: unknown = json.length < 100_000 ? JSON.parse(json) : json
  return typeof value === 'string' ? value : Array.isArray(value) && typeof value[0] === 'string' ? value[0] : json
}

/** Percent-encoded, lone surrogates as the bytes that they would have. */
const escaped = (text: string): string =>
  [...text.slice(0, 6_000)]
    .map((letter) => (/^[\ud800-\udfff]$/.test(letter) ? '%ED%A0%80' : encodeURIComponent(letter)))
    .join('')
