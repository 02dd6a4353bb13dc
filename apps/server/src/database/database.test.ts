import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateUp } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

describe.each(['PGLITE', 'POSTGRES'] as const)('the database on %s', (type) => {
  let fixture: TestDatabase
  beforeAll(async () => {
    fixture = await testDatabase(type)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('reads back timestamps as ISO text, jsonb as values and text arrays as arrays', async () => {
    const { db } = fixture
    const row = await db
      .selectNoFrom([
        sql<string>`'2026-01-02T03:04:05.678Z'::timestamptz`.as('time'),
        sql<unknown>`'{"a":[1,null]}'::jsonb`.as('json'),
        sql<string[]>`array['a','b c']`.as('list'),
      ])
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ time: '2026-01-02T03:04:05.678Z', json: { a: [1, null] }, list: ['a', 'b c'] })
  })

  test('a transaction is alone and its failure leaves nothing', async () => {
    const { db } = fixture
    const value = JSON.stringify('x')
    const failing = db.transaction().execute(async (trx) => {
      await trx.insertInto('flag').values({ id: 'half', value }).execute()
      // Queued while the transaction runs: must not become part of it.
      const outside = db.insertInto('flag').values({ id: 'outside', value }).execute()
      await trx.insertInto('flag').values({ id: 'half-2', value }).execute()
      queued.push(outside)
      throw new Error('no')
    })
    const queued: Promise<unknown>[] = []
    await expect(failing).rejects.toThrow('no')
    await Promise.all(queued)
    const ids = await db.selectFrom('flag').select('id').execute()
    expect(ids).toEqual([{ id: 'outside' }])
  })

  test('ids sort bytewise, upper case before lower case', async () => {
    const { db } = fixture
    const job = { kind: 'order', projectId: 'p', priority: 1, dueAt: new Date() }
    await db
      .insertInto('job')
      .values(['a', 'B', '0'].map((id) => ({ id, ...job })))
      .execute()
    const rows = await db.selectFrom('job').select('id').where('kind', '=', 'order').orderBy('id').execute()
    expect(rows.map((row) => row.id)).toEqual(['0', 'B', 'a'])
  })

  test('migrating again does nothing; a newer breaking schema is refused, a compatible one warned of', async () => {
    const { db } = fixture
    expect(await migrateUp(db, migrations)).toEqual([])
    await db.insertInto('migration').values({ name: '9998-new', release: '9.9.8', breaking: false }).execute()
    const warnings: string[] = []
    expect(await migrateUp(db, migrations, (message) => warnings.push(message))).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('9998-new (release 9.9.8)')])
    await db.insertInto('migration').values({ name: '9999-newer', release: '9.9.9', breaking: true }).execute()
    await expect(migrateUp(db, migrations)).rejects.toThrow(/9999-newer \(release 9\.9\.9\)/)
  })

  test('a violated constraint carries its SQLSTATE', async () => {
    const { db } = fixture
    const id = newId()
    const value = '1'
    await db.insertInto('flag').values({ id, value }).execute()
    await expect(db.insertInto('flag').values({ id, value }).execute()).rejects.toMatchObject({ code: '23505' })
  })
})

test('a connection that the server cuts fails its transaction, and nothing else', async () => {
  await using fixture = await testDatabase('POSTGRES')
  const { db } = fixture
  const cut = (during: 'a query' | 'a pause') =>
    db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      const waiting = during === 'a query' ? sql`select pg_sleep(60)`.execute(trx) : undefined
      await Promise.all([sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db), waiting])
      await sql`select 1`.execute(trx)
    })
  // An event that nobody listens to would end this process.
  await expect(cut('a query')).rejects.toThrow()
  await expect(cut('a pause')).rejects.toThrow()
  expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
})
