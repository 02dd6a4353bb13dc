import { randomBytes } from 'node:crypto'
import { createMockActionContext } from '@piecework/framework'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { testMysql } from '../common/testing-databases.ts'
import { mysqlAuth } from './connection.ts'
import { mysql } from './index.ts'

const server = { ...testMysql, port: Number(testMysql.port || 3306) }
const table = `piece test ${randomBytes(4).toString('hex')}`
const run = (name: string, values: Record<string, unknown>, database = server.database) =>
  runAction(mysql, name, { table, ...values }, { auth: { type: 'CUSTOM_AUTH', props: { ...server, database } } })

beforeAll(() => run('execute_query', { query: `CREATE TABLE \`${table}\` (id int primary key, name text)` }))
afterAll(() => run('execute_query', { query: `DROP TABLE \`${table}\`` }))

describe('rows', () => {
  it('are inserted, found, changed and deleted', async () => {
    expect(await run('insert_row', { values: { id: 1, name: "O'Neil" } })).toEqual({
      ...{ affectedRows: 1, insertId: 0, changedRows: 0, warningCount: 0, message: '' },
    })
    expect(await run('find_rows', { condition: 'name = ?', args: ["O'Neil"] })).toEqual({
      results: [{ id: 1, name: "O'Neil" }],
    })
    expect(await run('update_row', { values: { name: 'Ada' }, search_column: 'id', search_value: '1' })).toEqual({
      ...{ affectedRows: 1, insertId: 0, changedRows: 1, warningCount: 0 },
      message: 'Rows matched: 1  Changed: 1  Warnings: 0',
    })
    expect(await run('find_rows', { condition: '1', columns: ['name'] })).toEqual({ results: [{ name: 'Ada' }] })
    expect(await run('delete_row', { search_column: 'name', search_value: 'Ada' })).toMatchObject({ affectedRows: 1 })
    expect(await run('execute_query', { query: 'SELECT ? + 1 AS sum', args: [1] })).toEqual({ results: [{ sum: 2 }] })
  })

  it('need a table, columns and values that exist', async () => {
    await expect(run('find_rows', { table: 'missing', condition: '1' })).rejects.toThrow("doesn't exist")
    await expect(run('insert_row', { values: {} })).rejects.toThrow('at least one column')
    await expect(run('update_row', { values: { x: 1 }, search_column: 'id', search_value: 1 })).rejects.toThrow(
      'column',
    )
    await expect(run('delete_row', { search_column: 'x', search_value: 1 })).rejects.toThrow('column')
    await expect(run('execute_query', { query: 'SELEC' })).rejects.toThrow('SQL syntax')
  })
})

describe('the database', () => {
  it('tells its tables, also to the dropdown', async () => {
    expect(await run('get_tables', {})).toEqual({ tables: expect.arrayContaining([table]) })
    await expect(run('get_tables', {}, 'no_such_database')).rejects.toThrow('no_such_database')
    const options = mysql.getAction('find_rows')?.props.table
    if (options?.type !== 'DROPDOWN') throw new Error('Not a dropdown')
    const auth = { type: 'CUSTOM_AUTH' as const, props: server }
    const state = await options.options({ auth }, createMockActionContext({ propsValue: {} }))
    expect(state.options).toContainEqual({ label: table, value: table })
  })

  it('is tried when the connection is saved', async () => {
    const context = { apiUrl: '', publicUrl: '' }
    expect(await mysqlAuth.validate?.({ auth: server, server: context })).toEqual({ valid: true })
    expect(await mysqlAuth.validate?.({ auth: { ...server, port: 1 }, server: context })).toEqual({
      valid: false,
      error: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
