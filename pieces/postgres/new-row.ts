import { createHash } from 'node:crypto'
import {
  createTrigger,
  DedupeStrategy,
  type DropdownState,
  type Polling,
  Property,
  pollingHelper,
  TriggerStrategy,
} from '@piecework/framework'
import type { Client } from 'pg'
import { options } from '../common/options.ts'
import { postgresAuth, withClient } from './connection.ts'

type Auth = Parameters<typeof withClient>[0]

/** How many of the newest rows one poll looks at. */
const PAGE = 500

const nothing: DropdownState<string> = { disabled: true, placeholder: 'Connect your database first', options: [] }

function stateOf(names: string[]): DropdownState<string> {
  return { options: names.map((name) => ({ label: name, value: name })) }
}

async function names(client: Client, sql: string, args: string[]): Promise<string[]> {
  const result = await client.query<{ name: string }>(sql, args)
  return result.rows.map((row) => row.name)
}

const TABLES = `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
  WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`
const COLUMNS = `SELECT column_name AS name FROM information_schema.columns
  WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`

/** `schema.table`; a name without a dot is of the schema `public`. */
function parts(table: string): [string, string] {
  const dot = table.indexOf('.')
  return dot === -1 ? ['public', table] : [table.slice(0, dot), table.slice(dot + 1)]
}

interface Values {
  table: string
  order_by: string
  order_direction?: string | undefined
}

const polling: Polling<Auth, Values> = {
  strategy: DedupeStrategy.LAST_ITEM,
  async items({ auth, propsValue }) {
    const { escapeIdentifier } = await import('pg')
    const { table, order_by, order_direction } = propsValue
    const [schema, name] = parts(table)
    const direction = order_direction === 'ASC' ? 'ASC' : 'DESC'
    const sql = `SELECT * FROM ${escapeIdentifier(schema)}.${escapeIdentifier(name)}
      ORDER BY ${escapeIdentifier(order_by)} ${direction} LIMIT ${PAGE}`
    const { rows } = await withClient(auth, {}, (client) => client.query<Record<string, unknown>>(sql))
    // A row need not have a key: its content tells it from the others.
    return rows.map((row) => ({ id: createHash('md5').update(JSON.stringify(row)).digest('hex'), data: row }))
  },
}

export const newRow = createTrigger({
  auth: postgresAuth,
  name: 'new-row',
  displayName: 'New Row',
  description: 'Starts the flow for each new row of a table',
  type: TriggerStrategy.POLLING,
  sampleData: {},
  props: {
    description: Property.MarkDown({
      value: 'Order by a column that grows with every new row, newest first: a number that counts up, or a time.',
    }),
    table: Property.Dropdown<string, true, typeof postgresAuth>({
      auth: postgresAuth,
      displayName: 'Table',
      required: true,
      refreshers: ['auth'],
      options: async ({ auth }) =>
        auth ? stateOf(await withClient(auth, {}, (client) => names(client, TABLES, []))) : nothing,
    }),
    order_by: Property.Dropdown<string, true, typeof postgresAuth>({
      auth: postgresAuth,
      displayName: 'Column to order by',
      required: true,
      refreshers: ['table'],
      options: async ({ auth, table }) =>
        auth && typeof table === 'string'
          ? stateOf(await withClient(auth, {}, (client) => names(client, COLUMNS, parts(table))))
          : nothing,
    }),
    order_direction: Property.StaticDropdown<string, true>({
      displayName: 'Order Direction',
      description: 'The order that puts the newest rows first',
      required: true,
      defaultValue: 'DESC',
      options: options({ ASC: 'Ascending', DESC: 'Descending' }),
    }),
  },
  onEnable: (context) => pollingHelper.onEnable(polling, context),
  onDisable: (context) => pollingHelper.onDisable(polling, context),
  run: (context) => pollingHelper.poll(polling, context),
  test: (context) => pollingHelper.test(polling, context),
})
