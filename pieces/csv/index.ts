import { createAction, isMap, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { errorHandlingHidden } from '../common/error-handling.ts'

const delimiter = (defaultValue: string) =>
  Property.StaticDropdown<string, true>({
    displayName: 'Delimiter Type',
    required: true,
    defaultValue,
    options: {
      options: [
        { label: 'Comma', value: ',' },
        { label: 'Tab', value: '\t' },
      ],
    },
  })

const csvToJson = createAction({
  name: 'convert_csv_to_json',
  displayName: 'Convert CSV to JSON',
  description: 'Reads CSV text into a list',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    csv_text: Property.LongText({ displayName: 'CSV Text', required: true, defaultValue: '' }),
    has_headers: Property.Checkbox({
      displayName: 'CSV contains headers',
      description: 'The first row names the fields: the list then holds objects',
      required: true,
      defaultValue: false,
    }),
    delimiter_type: delimiter(''),
  },
  async run({ propsValue }) {
    const { csv_text, has_headers, delimiter_type } = propsValue
    if (typeof csv_text !== 'string') throw new Error('The CSV must be a text.')
    const { parse } = await import('csv-parse/sync')
    const settings = {
      delimiter: delimiter_type || ',',
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }
    const rows = attempt(() => parse(csv_text, settings))
    return has_headers ? withHeaders(rows) : rows
  },
})

function attempt(read: () => string[][]): string[][] {
  try {
    return read()
  } catch (error) {
    throw new Error(`The text is not CSV: ${error instanceof Error ? error.message : error}`)
  }
}

/** Rows as objects. A header that repeats is numbered (`mail`, `mail_2`), and so are cells without one (`column_3`). */
function withHeaders([headers = [], ...rows]: string[][]): Record<string, string>[] {
  const taken = new Set(headers)
  const free = (name: string, from: number): string => {
    let number = from
    while (taken.has(`${name}_${number}`)) number++
    taken.add(`${name}_${number}`)
    return `${name}_${number}`
  }
  const names: string[] = []
  for (const header of headers) names.push(names.includes(header) ? free(header, 2) : header)
  return rows.map((row) => {
    while (names.length < row.length) names.push(free('column', names.length + 1))
    return Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell]))
  })
}

const jsonToCsv = createAction({
  name: 'convert_json_to_csv',
  displayName: 'Convert JSON to CSV',
  description: 'Writes a list of objects as CSV text',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    json_array: Property.Json({
      displayName: 'JSON Array',
      description: 'Objects in objects become columns with dotted names',
      required: true,
      defaultValue: [
        { name: 'Ada', address: { city: 'London' } },
        { name: 'Alan', address: { city: 'Manchester' } },
      ],
    }),
    delimiter_type: delimiter(','),
  },
  async run({ propsValue }) {
    const list: unknown = propsValue.json_array
    if (!Array.isArray(list)) throw new Error('The JSON must be a list of objects.')
    const rows = list.map((item) => (isMap(item) ? flatten(item) : { value: item }))
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const { stringify } = await import('csv-stringify/sync')
    return stringify(rows, {
      header: true,
      columns,
      delimiter: propsValue.delimiter_type || ',',
      cast: { boolean: String },
    }).trimEnd()
  },
})

/** Nested maps under dotted names; lists as JSON text. */
function flatten(map: Record<string, unknown>, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(map).flatMap(([key, value]): [string, unknown][] => {
    const name = prefix + key
    if (isMap(value) && Object.keys(value).length > 0) return Object.entries(flatten(value, `${name}.`))
    return [[name, typeof value === 'object' && value !== null ? JSON.stringify(value) : value]]
  })
  return Object.fromEntries(entries)
}

export const csv = corePiece({
  displayName: 'CSV',
  description: 'Read and write CSV',
  logo: {
    color: '#166534',
    drawing: '<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 10h18M3 15h18M9 4v16"/>',
  },
  actions: [csvToJson, jsonToCsv],
})
