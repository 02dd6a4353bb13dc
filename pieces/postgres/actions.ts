import { createAction, MarkdownVariant, Property } from '@piecework/framework'
import { postgresAuth, withClient } from './connection.ts'

const DEFAULT_TIMEOUT_MS = 30_000

export const runQuery = createAction({
  auth: postgresAuth,
  name: 'run-query',
  displayName: 'Run Query',
  description: 'Runs a statement and returns its rows',
  props: {
    markdown: Property.MarkDown({
      value:
        'Write `$1`, `$2` and so on in the query and give the values as arguments: values put into the text itself let others change the statement.',
      variant: MarkdownVariant.WARNING,
    }),
    query: Property.ShortText({ displayName: 'Query', required: true }),
    args: Property.Array({ displayName: 'Arguments', description: 'Values for $1, $2 and so on', required: false }),
    query_timeout: Property.Number({
      displayName: 'Query Timeout',
      description: 'Milliseconds until the statement is cancelled',
      required: false,
      defaultValue: DEFAULT_TIMEOUT_MS,
    }),
    connection_timeout_ms: Property.Number({
      displayName: 'Connection Timeout (ms)',
      required: false,
      defaultValue: DEFAULT_TIMEOUT_MS,
    }),
    application_name: Property.ShortText({
      displayName: 'Application Name',
      description: 'How the server names this client',
      required: false,
    }),
  },
  run: ({ auth, propsValue }) =>
    withClient(auth, propsValue, async (client) => {
      // Without arguments a text of several statements is answered with a list of results: the last one counts.
      const results = [await client.query(propsValue.query, propsValue.args ?? [])].flat()
      return results.at(-1)?.rows ?? []
    }),
})
