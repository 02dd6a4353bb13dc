import {
  createAction,
  createPiece,
  type DropdownState,
  MarkdownVariant,
  PieceCategory,
  Property,
} from '@piecework/framework'
import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { logo } from '../common/logo.ts'
import { mysqlAuth, withConnection } from './connection.ts'

const markdown = Property.MarkDown({
  value:
    'Write `?` in the statement and give the values as arguments: values put into the text itself let others change the statement.',
  variant: MarkdownVariant.WARNING,
})

const timezone = Property.ShortText({
  displayName: 'Timezone',
  description: 'How dates of the server are meant: local, Z or an offset like +02:00',
  required: false,
})

const table = Property.Dropdown<string, true, typeof mysqlAuth>({
  auth: mysqlAuth,
  displayName: 'Table',
  required: true,
  refreshers: ['auth'],
  async options({ auth }): Promise<DropdownState<string>> {
    if (!auth) return { disabled: true, placeholder: 'Connect your database first', options: [] }
    const names = await withConnection(auth, {}, tableNames)
    return { options: names.map((name) => ({ label: name, value: name })) }
  },
})

const searchProps = {
  search_column: Property.ShortText({ displayName: 'Search Column', required: true }),
  search_value: Property.ShortText({ displayName: 'Search Value', required: true }),
}

/** Any list of values: the driver escapes each. */
type Work = Parameters<Parameters<typeof withConnection>[2]>[0]

async function tableNames(connection: Work): Promise<string[]> {
  const [rows] = await connection.query({ sql: 'SHOW TABLES', rowsAsArray: true })
  return Array.isArray(rows) ? rows.map((row) => String(Array.isArray(row) ? row[0] : row)) : []
}

/** Rows come under `results`; what a statement did under the names that flows refer to. */
async function send(connection: Work, sql: string, args: readonly unknown[]): Promise<unknown> {
  const [result] = await connection.query<RowDataPacket[] | ResultSetHeader>(sql, [...args])
  if (Array.isArray(result)) return { results: result }
  const { affectedRows, insertId, changedRows, warningStatus, info } = result
  return { affectedRows, insertId, changedRows, warningCount: warningStatus, message: info }
}

/** @throws when there is nothing to set: the statement would be no SQL. */
function someValues(values: Record<string, unknown>): Record<string, unknown> {
  if (Object.keys(values).length === 0) throw new Error('Give at least one column a value.')
  return values
}

const findRows = createAction({
  auth: mysqlAuth,
  name: 'find_rows',
  displayName: 'Find Rows',
  description: 'Reads rows of a table',
  props: {
    markdown,
    timezone,
    table,
    condition: Property.ShortText({
      displayName: 'Condition',
      description: 'The part after WHERE, with ? for each argument',
      required: true,
    }),
    args: Property.Array({ displayName: 'Arguments', description: 'Values for each ? in order', required: false }),
    columns: Property.Array({ displayName: 'Columns', description: 'Empty for all', required: false }),
  },
  async run({ auth, propsValue }) {
    const columns = (propsValue.columns ?? []).map(String)
    const sql = `SELECT ${columns.length > 0 ? '??' : '*'} FROM ?? WHERE ${propsValue.condition}`
    const names = columns.length > 0 ? [columns, propsValue.table] : [propsValue.table]
    return withConnection(auth, propsValue, (connection) =>
      send(connection, sql, [...names, ...(propsValue.args ?? [])]),
    )
  },
})

const insertRow = createAction({
  auth: mysqlAuth,
  name: 'insert_row',
  displayName: 'Insert Row',
  description: 'Adds a row to a table',
  props: { timezone, table, values: Property.Object({ displayName: 'Values', required: true }) },
  run: ({ auth, propsValue }) =>
    withConnection(auth, propsValue, (connection) =>
      send(connection, 'INSERT INTO ?? SET ?', [propsValue.table, someValues(propsValue.values)]),
    ),
})

const updateRow = createAction({
  auth: mysqlAuth,
  name: 'update_row',
  displayName: 'Update Row',
  description: 'Changes the rows that have a value',
  props: { timezone, table, values: Property.Object({ displayName: 'Values', required: true }), ...searchProps },
  run: ({ auth, propsValue: { values, search_column, search_value, ...rest } }) =>
    withConnection(auth, rest, (connection) =>
      send(connection, 'UPDATE ?? SET ? WHERE ?? = ?', [rest.table, someValues(values), search_column, search_value]),
    ),
})

const deleteRow = createAction({
  auth: mysqlAuth,
  name: 'delete_row',
  displayName: 'Delete Row',
  description: 'Removes the rows that have a value',
  props: { timezone, table, ...searchProps },
  run: ({ auth, propsValue: { search_column, search_value, ...rest } }) =>
    withConnection(auth, rest, (connection) =>
      send(connection, 'DELETE FROM ?? WHERE ?? = ?', [rest.table, search_column, search_value]),
    ),
})

const getTables = createAction({
  auth: mysqlAuth,
  name: 'get_tables',
  displayName: 'Get Tables',
  description: 'The names of the tables of the database',
  props: {},
  run: async ({ auth }) => ({ tables: await withConnection(auth, {}, tableNames) }),
})

const executeQuery = createAction({
  auth: mysqlAuth,
  name: 'execute_query',
  displayName: 'Execute Query',
  description: 'Runs a statement and returns its result',
  props: {
    markdown,
    timezone,
    query: Property.ShortText({
      displayName: 'Query',
      description: 'Write ? for each argument: values put into the text itself let others change the statement',
      required: true,
    }),
    args: Property.Array({ displayName: 'Arguments', description: 'Values for each ? in order', required: false }),
  },
  run: ({ auth, propsValue }) =>
    withConnection(auth, propsValue, (connection) => send(connection, propsValue.query, propsValue.args ?? [])),
})

export const mysql = createPiece({
  displayName: 'MySQL',
  description: 'Read and write MySQL and MariaDB databases',
  logoUrl: logo(
    '#00618a',
    '<ellipse cx="12" cy="5" rx="8" ry="3"/><path d="M4 5v14c0 1.7 3.6 3 8 3s8-1.3 8-3V5M9 13l2 3 4-6"/>',
  ),
  authors: ['piecework'],
  categories: [PieceCategory.DEVELOPER_TOOLS],
  auth: mysqlAuth,
  actions: [findRows, insertRow, updateRow, deleteRow, getTables, executeQuery],
  triggers: [],
})
