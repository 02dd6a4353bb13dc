import { createAction, isMap, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'

const values = Property.Array({ displayName: 'Values', description: 'The list to summarize', required: true })

/**
 * The list as numbers.
 * @throws Error with JSON `{message, errors}`: for each item that is none its value and place, for the others null.
 */
function numbers(list: unknown[]): number[] {
  const errors = list.map((value, location) => (isNumeric(value) ? null : { value, location }))
  if (errors.some((error) => error !== null)) {
    throw new Error(JSON.stringify({ message: 'Some items are not numbers.', errors }))
  }
  return list.map(Number)
}

function isNumeric(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isNaN(value)
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
}

const sum = (list: number[]) => list.reduce((total, number) => total + number, 0)

export const dataSummarizer = corePiece({
  displayName: 'Data Summarizer',
  description: 'Sums, averages and counts over lists',
  logo: { color: '#4338ca', drawing: '<path d="M18 7V4H6l7 8-7 8h12v-3"/>' },
  actions: [
    createAction({
      name: 'calculateAverage',
      displayName: 'Calculate Average',
      description: 'The average of a list of numbers',
      props: { values },
      async run({ propsValue }) {
        const list = numbers(propsValue.values)
        if (list.length === 0) throw new Error('An empty list has no average.')
        return { average: sum(list) / list.length }
      },
    }),
    createAction({
      name: 'calculateSum',
      displayName: 'Calculate Sum',
      description: 'The sum of a list of numbers',
      props: { values },
      run: async ({ propsValue }) => ({ sum: sum(numbers(propsValue.values)) }),
    }),
    createAction({
      name: 'countUniques',
      displayName: 'Count Uniques',
      description: 'How many different items a list has',
      props: {
        values,
        fields: Property.Array({
          displayName: 'Fields',
          description: 'For lists of objects: compare only these fields',
          required: false,
        }),
      },
      async run({ propsValue }) {
        const fields = (propsValue.fields ?? []).map(String)
        const keys = propsValue.values.map((value) => JSON.stringify(reduced(value, fields)))
        return { numUniques: new Set(keys).size }
      },
    }),
    createAction({
      name: 'getMinMax',
      displayName: 'Get Min and Max',
      description: 'The smallest and the largest of a list of numbers',
      props: { values },
      async run({ propsValue }) {
        const list = numbers(propsValue.values)
        if (list.length === 0) throw new Error('An empty list has no smallest and largest number.')
        return { max: list.reduce((a, b) => Math.max(a, b)), min: list.reduce((a, b) => Math.min(a, b)) }
      },
    }),
  ],
})

function reduced(value: unknown, fields: string[]): unknown {
  if (fields.length === 0 || !isMap(value)) return value
  return Object.fromEntries(fields.map((field) => [field, value[field]]))
}
