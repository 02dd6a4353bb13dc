import { createAction, isMap, Property } from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'

const text = Property.ShortText({ displayName: 'Text', required: true })

/** @throws with the reason when the expression is not valid. */
function regularExpression(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new Error(`Not a regular expression: ${error instanceof Error ? error.message : source}`)
  }
}

export const concat = createAction({
  name: 'concat',
  displayName: 'Concatenate',
  description: 'Joins texts',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    texts: Property.Array({ displayName: 'Texts', required: true }),
    separator: Property.ShortText({ displayName: 'Separator', required: false }),
  },
  async run({ propsValue }) {
    if (!Array.isArray(propsValue.texts)) throw new Error('The texts must be a list.')
    return propsValue.texts.map(textOf).join(propsValue.separator ?? '')
  },
})

/** Lists and objects become JSON text, as everywhere; nothing becomes an empty text. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export const replace = createAction({
  name: 'replace',
  displayName: 'Replace',
  description: 'Replaces what a regular expression finds',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    text,
    searchValue: Property.ShortText({
      displayName: 'Search Value',
      description: 'A text or a regular expression',
      required: true,
    }),
    replaceValue: Property.ShortText({
      displayName: 'Replace Value',
      description: 'Empty removes what is found',
      required: false,
    }),
    replaceOnlyFirst: Property.Checkbox({ displayName: 'Replace Only First Match', required: false }),
  },
  async run({ propsValue }) {
    const expression = regularExpression(propsValue.searchValue, propsValue.replaceOnlyFirst ? '' : 'g')
    return propsValue.text.replace(expression, propsValue.replaceValue ?? '')
  },
})

export const split = createAction({
  name: 'split',
  displayName: 'Split',
  description: 'Cuts a text at a delimiter',
  errorHandlingOptions: errorHandlingHidden,
  props: { text, delimiter: Property.ShortText({ displayName: 'Delimiter', required: true }) },
  run: async ({ propsValue }) => propsValue.text.split(propsValue.delimiter),
})

export const find = createAction({
  name: 'find',
  displayName: 'Find',
  description: 'Finds the first match of a regular expression and its groups',
  errorHandlingOptions: errorHandlingHidden,
  props: { text, expression: Property.ShortText({ displayName: 'Expression', required: true }) },
  async run({ propsValue }) {
    const match = regularExpression(propsValue.expression, '').exec(propsValue.text)
    return match ? [...match] : null
  },
})

/** The characters that the library removes, without the letters that it has no spelling for. */
const NOT_IN_SLUGS = /[^\w\s$*_+~.()'"!\-:@\p{L}\p{N}\p{M}]+/gu

export const slugify = createAction({
  name: 'slugify',
  displayName: 'Slugify',
  description: 'Makes a text fit for URLs',
  props: { text },
  async run({ propsValue }) {
    const { default: slug } = await import('slugify')
    return slug.default(propsValue.text, { remove: NOT_IN_SLUGS })
  },
})

export const defaultValue = createAction({
  name: 'defaultValue',
  displayName: 'Default Value',
  description: 'The value, or another one when it is empty',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    value: Property.ShortText({ displayName: 'Value', required: false }),
    defaultString: Property.ShortText({ displayName: 'Default Value', required: true }),
  },
  run: async ({ propsValue }) => (isEmpty(propsValue.value) ? propsValue.defaultString : propsValue.value),
})

/** Lists and objects arrive as JSON text in a text property. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return ['', '[]', '{}'].includes(value.trim())
  if (Array.isArray(value)) return value.length === 0
  return isMap(value) && Object.keys(value).length === 0
}

export const jsonToAsciiTable = createAction({
  name: 'json_to_ascii_table',
  displayName: 'JSON to ASCII Table',
  description: 'Draws a list of objects as a table of characters',
  errorHandlingOptions: errorHandlingHidden,
  props: { data: Property.Json({ displayName: 'Data', description: 'A list of objects', required: true }) },
  async run({ propsValue }) {
    const rows: unknown = propsValue.data
    if (!Array.isArray(rows) || !rows.every(isMap)) throw new Error('The data must be a list of objects.')
    if (rows.length === 0) return ''
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const cells = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))]
    const widths = columns.map((_, index) => Math.max(...cells.map((row) => width(row[index] ?? ''))))
    const border = `+${widths.map((size) => '-'.repeat(size + 2)).join('+')}+`
    const lines = cells.map((row) => `|${row.map((cell, index) => ` ${padded(cell, widths[index] ?? 0)} `).join('|')}|`)
    const [head = '', ...body] = lines
    return [border, head, border, ...body, border].join('\n')
  },
})

function cellText(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replaceAll(/\s+/g, ' ')
}

const width = (text: string) => [...text].length
const padded = (text: string, size: number) => text + ' '.repeat(size - width(text))
