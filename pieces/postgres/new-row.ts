import { createHash } from 'node:crypto'
import {
  createTrigger,
  DedupeStrategy,
  type Polling,
  Property,
  pollingHelper,
  TriggerStrategy,
} from '@piecework/framework'
import { options } from '../common/options.ts'
import { postgresAuth, withClient } from './connection.ts'
import { checkedTable, columnProperty, type Table, tableProperty } from './tables.ts'

type Auth = Parameters<typeof withClient>[0]

/** The most rows of one poll. More new rows than this between two polls are too many to start a run for each. */
const MAX_ROWS = 1000
const FIRST_ROWS = 5

interface Values {
  table: Table
  order_by: string
  order_direction?: string | undefined
}

/**
 * A row is known by its place in the order and by its content, as it need not have a key. The place comes first, so
 * that a poll asks for no row that is older than the last one seen, even when that one has changed or gone.
 */
const polling: Polling<Auth, Values> = {
  strategy: DedupeStrategy.LAST_ITEM,
  async items({ auth, propsValue, lastItemId }) {
    const { escapeIdentifier } = await import('pg')
    const { table_schema, table_name } = checkedTable(propsValue.table)
    const { order_by, order_direction } = propsValue
    if (order_direction !== 'ASC' && order_direction !== 'DESC') {
      throw new Error(`The order direction must be ASC or DESC, received: ${order_direction}`)
    }
    const column = escapeIdentifier(order_by)
    const last = typeof lastItemId === 'string' ? lastItemId.slice(0, lastItemId.lastIndexOf('|')) : ''
    const newer = last === '' ? '' : `WHERE ${column} ${order_direction === 'DESC' ? '>=' : '<='} $1`
    const limit = typeof lastItemId === 'string' ? MAX_ROWS : FIRST_ROWS
    // The text of the place is the server's own: a date of ours would have lost its microseconds.
    const sql = `SELECT ${column}::text AS place, row_to_json(source)::text AS content, source.*
      FROM ${escapeIdentifier(table_schema)}.${escapeIdentifier(table_name)} AS source ${newer}
      ORDER BY ${column} ${order_direction} NULLS LAST LIMIT ${limit}`
    return withClient(auth, {}, async (client) => {
      const { rows, fields } = await client.query<unknown[]>({
        text: sql,
        values: last === '' ? [] : [last],
        rowMode: 'array',
      })
      const names = fields.slice(2).map((field) => field.name)
      return rows.map(([place, content, ...values]) => ({
        id: `${place ?? ''}|${createHash('md5').update(String(content)).digest('hex')}`,
        data: Object.fromEntries(names.map((name, index) => [name, values[index]])),
      }))
    })
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
    table: tableProperty,
    order_by: columnProperty('Column to order by', 'A time of creation, or a number that counts up'),
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
