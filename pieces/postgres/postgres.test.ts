import { randomBytes } from 'node:crypto'
import { createMockTriggerContext } from '@piecework/framework'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { postgresAuth } from './connection.ts'
import { postgres } from './index.ts'
import { newRow } from './new-row.ts'

const props = {
  ...{ host: '127.0.0.1', port: 5432, user: 'postgres', password: 'x', database: 'test' },
  ...{ enable_ssl: false, reject_unauthorized: true, certificate: '' },
}
const auth = { type: 'CUSTOM_AUTH' as const, props }
const table = `Piece_${randomBytes(4).toString('hex')}`
const query = (text: string, args?: unknown[], more: object = {}) =>
  runAction(postgres, 'run-query', { query: text, args, ...more }, { auth })

beforeAll(() => query(`CREATE TABLE "${table}" (id serial, name text)`))
afterAll(() => query(`DROP TABLE "${table}"`))

describe('a query', () => {
  it('returns rows, with arguments in their places', async () => {
    expect(await query('SELECT $1::int + 1 AS sum, $2 AS text', [1, "it's"])).toEqual([{ sum: 2, text: "it's" }])
  })

  it('that is wrong or too slow fails with the reason of the server', async () => {
    await expect(query('SELEC')).rejects.toThrow('syntax error')
    await expect(query('SELECT pg_sleep(20)', [], { query_timeout: 50 })).rejects.toThrow('statement timeout')
  })
})

describe('new rows', () => {
  const propsValue = { table: `public.${table}`, order_by: 'id', order_direction: 'DESC' }

  it('start the flow once each', async () => {
    await query(`INSERT INTO "${table}" (name) VALUES ('old')`)
    const context = createMockTriggerContext({ propsValue, auth })
    await newRow.onEnable(context)
    await query(`INSERT INTO "${table}" (name) VALUES ('a'), ('b')`)
    expect(await newRow.run(context)).toEqual([
      { id: 3, name: 'b' },
      { id: 2, name: 'a' },
    ])
    expect(await newRow.run(context)).toEqual([])
    expect(await newRow.test(context)).toHaveLength(3)
  })

  it('of a table that does not exist fail', async () => {
    const context = createMockTriggerContext({ propsValue: { ...propsValue, table: 'missing' }, auth })
    await expect(newRow.test(context)).rejects.toThrow('does not exist')
  })

  it('are set up by dropdowns of tables and columns', async () => {
    const context = createMockTriggerContext({ propsValue: {} })
    const tables = await newRow.props.table.options({ auth }, context)
    expect(tables.options).toContainEqual({ label: `public.${table}`, value: `public.${table}` })
    const columns = await newRow.props.order_by.options({ auth, table: `public.${table}` }, context)
    expect(columns.options.map((option) => option.value)).toEqual(['id', 'name'])
    expect(await newRow.props.table.options({}, context)).toMatchObject({ disabled: true })
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
