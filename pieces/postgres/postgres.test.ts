import { randomBytes } from 'node:crypto'
import { createMockTriggerContext } from '@piecework/framework'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { testPostgres } from '../common/testing-databases.ts'
import { postgresAuth } from './connection.ts'
import { postgres } from './index.ts'
import { newRow } from './new-row.ts'

const props = { ...testPostgres, enable_ssl: false, reject_unauthorized: true, certificate: '' }
const auth = { type: 'CUSTOM_AUTH' as const, props }
const table = `Piece_${randomBytes(4).toString('hex')}`
const query = (text: string, args?: unknown[], more: object = {}) =>
  runAction(postgres, 'run-query', { query: text, args, ...more }, { auth })

beforeAll(() => query(`CREATE TABLE "${table}" (id serial, name text, at timestamptz DEFAULT clock_timestamp())`))
afterAll(() => query(`DROP TABLE "${table}"`))

describe('a query', () => {
  it('returns rows, with arguments in their places', async () => {
    expect(await query('SELECT $1::int + 1 AS sum, $2 AS text', [1, "it's"])).toEqual([{ sum: 2, text: "it's" }])
  })

  it('that returns nothing has no rows, and of several the last one counts', async () => {
    expect(await query(`UPDATE "${table}" SET name = name WHERE id = -1`)).toEqual([])
    expect(await query('SELECT 1 AS a; SELECT 2 AS b')).toEqual([{ b: 2 }])
  })

  it('that is wrong or too slow fails with the reason of the server', async () => {
    await expect(query('SELEC')).rejects.toThrow('syntax error')
    await expect(query('SELECT pg_sleep(20)', [], { query_timeout: 50 })).rejects.toThrow('statement timeout')
  })
})

describe('new rows', () => {
  const propsValue = {
    table: { table_schema: 'public', table_name: table },
    order_by: 'id',
    order_direction: 'DESC',
  }
  const insert = (...names: string[]) => query(`INSERT INTO "${table}" (name) SELECT unnest($1::text[])`, [names])
  const namesOf = (rows: unknown) => Array.isArray(rows) && rows.map((row) => row.name)

  it('start the flow once each', async () => {
    await insert('old')
    const context = createMockTriggerContext({ propsValue, auth })
    await newRow.onEnable(context)
    await insert('a', 'b')
    expect(await newRow.run(context)).toEqual([
      { id: 3, name: 'b', at: expect.any(Date) },
      { id: 2, name: 'a', at: expect.any(Date) },
    ])
    expect(await newRow.run(context)).toEqual([])
    expect(await newRow.test(context)).toHaveLength(3)
  })

  it('are known by times to the microsecond, and a changed row starts only itself again', async () => {
    const context = createMockTriggerContext({ propsValue: { ...propsValue, order_by: 'at' }, auth })
    await newRow.onEnable(context)
    await insert('c')
    expect(namesOf(await newRow.run(context))).toEqual(['c'])
    await query(`UPDATE "${table}" SET name = 'changed' WHERE name = 'c'`)
    expect(namesOf(await newRow.run(context))).toEqual(['changed'])
    expect(await newRow.run(context)).toEqual([])
  })

  it('of an empty table count from the first one', async () => {
    const empty = `${table}_empty`
    await query(`CREATE TABLE "${empty}" (id serial)`)
    try {
      const of = { ...propsValue, table: { table_schema: 'public', table_name: empty } }
      const context = createMockTriggerContext({ propsValue: of, auth })
      await newRow.onEnable(context)
      expect(await newRow.run(context)).toEqual([])
      await query(`INSERT INTO "${empty}" DEFAULT VALUES`)
      expect(await newRow.run(context)).toEqual([{ id: 1 }])
    } finally {
      await query(`DROP TABLE "${empty}"`)
    }
  })

  it('need a table and a column that exist', async () => {
    const test = (more: object) =>
      newRow.test(createMockTriggerContext({ propsValue: { ...propsValue, ...more }, auth }))
    await expect(test({ table: { table_schema: 'public', table_name: 'missing' } })).rejects.toThrow('does not exist')
    await expect(test({ table: 'public.orders' })).rejects.toThrow('must be {"table_schema", "table_name"}')
    await expect(test({ order_by: 'missing' })).rejects.toThrow('column "missing" does not exist')
    await expect(test({ order_direction: 'up' })).rejects.toThrow('ASC or DESC, received: up')
  })

  it('are set up by dropdowns of tables and columns', async () => {
    const context = createMockTriggerContext({ propsValue: {} })
    const tables = await newRow.props.table.options({ auth }, context)
    expect(tables.options).toContainEqual({ label: `public.${table}`, value: propsValue.table })
    const columns = await newRow.props.order_by.options({ auth, table: propsValue.table }, context)
    expect(columns.options.map((option) => option.value)).toEqual(['id', 'name', 'at'])
    expect(await newRow.props.table.options({}, context)).toMatchObject({ disabled: true })
    expect(await newRow.props.order_by.options({ auth }, context)).toMatchObject({ disabled: true })
  })
})

it('is tried when the connection is saved', async () => {
  const server = { apiUrl: '', publicUrl: '' }
  expect(await postgresAuth.validate?.({ auth: props, server })).toEqual({ valid: true })
  expect(await postgresAuth.validate?.({ auth: { ...props, enable_ssl: true }, server })).toEqual({
    valid: false,
    error: expect.stringMatching(/SSL|certificate/),
  })
})
