import type { FormField } from '@piecework/model/forms/form-field'
import type { SeekPage } from '@piecework/model/page'
import { csvLine } from '../../csv.ts'

interface Row {
  id: string
  created: string
  data: Record<string, unknown>
}

/** The header of answers to fields that the form no longer has, as JSON. */
const OTHERS = 'other'

const OWN = ['id', 'submitted_at']

/** A field that is called like a column of ours has `data.` before its name, so that no two columns have one name. */
const columnOf = (name: string): string => ([...OWN, OTHERS].includes(name) ? `data.${name}` : name)

/**
 * Submissions as lines of CSV (RFC 4180), read page by page.
 * @param load the page at a cursor; the first one without
 */
export async function* csvOf(
  fields: readonly FormField[],
  load: (cursor: string | undefined) => Promise<SeekPage<Row>>,
): AsyncGenerator<string> {
  const names = fields.map(({ name }) => name)
  yield csvLine([...OWN, ...names.map(columnOf), OTHERS])
  let cursor: string | undefined
  do {
    const page = await load(cursor)
    yield page.data.map((row) => csvLine(cellsOf(row, names))).join('')
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
}

function cellsOf({ id, created, data }: Row, names: readonly string[]): string[] {
  const others = Object.entries(data).filter(([name]) => !names.includes(name))
  return [
    ...[id, created],
    ...names.map((name) => textOf(Object.hasOwn(data, name) ? data[name] : undefined)),
    others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : '',
  ]
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return textOf(value.map(String).join('; '))
  // The name of a file is enough.
  if (typeof value === 'object') return textOf(Reflect.get(value, 'name') ?? JSON.stringify(value))
  return String(value)
}
