import { type DropdownState, isMap, Property } from '@piecework/framework'
import type { Client } from 'pg'
import { postgresAuth, withClient } from './connection.ts'

/** A table as the dropdown stores it. */
export interface Table {
  table_schema: string
  table_name: string
}

const TABLES = `SELECT table_schema, table_name FROM information_schema.tables
  WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`
const COLUMNS = `SELECT column_name FROM information_schema.columns
  WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`

const asked = (placeholder: string): DropdownState<never> => ({ disabled: true, placeholder, options: [] })

/** @throws when the value is no table of the dropdown. */
export function checkedTable(value: unknown): Table {
  if (isMap(value) && typeof value.table_schema === 'string' && typeof value.table_name === 'string') {
    return { table_schema: value.table_schema, table_name: value.table_name }
  }
  throw new Error(`The table must be {"table_schema", "table_name"}, received: ${JSON.stringify(value)}`)
}

export const tableProperty = Property.Dropdown<Table, true, typeof postgresAuth>({
  auth: postgresAuth,
  displayName: 'Table name',
  required: true,
  refreshers: ['auth'],
  async options({ auth }): Promise<DropdownState<Table>> {
    if (!auth) return asked('Connect your database first')
    const { rows } = await withClient(auth, {}, (client) => client.query<Table>(TABLES))
    return { options: rows.map((table) => ({ label: `${table.table_schema}.${table.table_name}`, value: table })) }
  },
})

export function columnProperty(displayName: string, description: string) {
  return Property.Dropdown<string, true, typeof postgresAuth>({
    auth: postgresAuth,
    displayName,
    description,
    required: true,
    refreshers: ['table'],
    async options({ auth, table }): Promise<DropdownState<string>> {
      if (!auth) return asked('Connect your database first')
      if (!isMap(table)) return asked('Choose a table first')
      const columns = await withClient(auth, {}, (client) => columnsOf(client, checkedTable(table)))
      return { options: columns.map((name) => ({ label: name, value: name })) }
    },
  })
}

async function columnsOf(client: Client, { table_schema, table_name }: Table): Promise<string[]> {
  const { rows } = await client.query<{ column_name: string }>(COLUMNS, [table_schema, table_name])
  return rows.map((row) => row.column_name)
}
