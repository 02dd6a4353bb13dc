import { createAction, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'

const json = Property.Json({ displayName: 'JSON', required: true, defaultValue: {} })

export const jsonPiece = corePiece({
  displayName: 'JSON',
  description: 'Convert and query JSON',
  logo: {
    color: '#334155',
    drawing:
      '<path d="M8 3H7a2 2 0 0 0-2 2v4l-2 3 2 3v4a2 2 0 0 0 2 2h1M16 3h1a2 2 0 0 1 2 2v4l2 3-2 3v4a2 2 0 0 1-2 2h-1"/>',
  },
  actions: [
    createAction({
      name: 'convert_json_to_text',
      displayName: 'Convert JSON to Text',
      description: 'Writes JSON as text',
      props: { json },
      run: async ({ propsValue }) => JSON.stringify(propsValue.json),
    }),
    createAction({
      name: 'convert_text_to_json',
      displayName: 'Convert Text to JSON',
      description: 'Reads JSON from text',
      props: { text: Property.LongText({ displayName: 'Text', required: true }) },
      async run({ propsValue }) {
        try {
          return JSON.parse(propsValue.text.replace(/^\ufeff/, ''))
        } catch (error) {
          throw new Error(`The text is not JSON: ${error instanceof Error ? error.message : error}`)
        }
      },
    }),
    createAction({
      name: 'run_jsonata_query',
      displayName: 'Run JSONata Query',
      description: 'Queries or transforms JSON with a JSONata expression',
      props: {
        json,
        query: Property.LongText({
          displayName: 'Query',
          description: 'See https://docs.jsonata.org',
          required: true,
        }),
      },
      async run({ propsValue }) {
        const { default: jsonata } = await import('jsonata')
        const result: unknown = await compiled(() => jsonata(propsValue.query)).evaluate(propsValue.json)
        return result ?? null
      },
    }),
  ],
})

/** Errors of the query language are plain objects: make them readable. */
function compiled<T>(compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
    throw new Error(`The query is not valid: ${String(message)}`)
  }
}
