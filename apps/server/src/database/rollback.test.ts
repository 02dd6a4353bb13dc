import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateUp } from './migrate.ts'
import { initial } from './migrations/0001-initial.ts'
import { migrations } from './migrations/index.ts'
import { connectDatabase, type Db } from './open.ts'
import { migrateDown } from './rollback.ts'
import { createTestPostgres, testDatabase } from './testing.ts'

const ROOT = new URL('../../../../', import.meta.url).pathname

/** The migrations as if each had come with a release of its own: 1.0.0, 2.0.0 and so on. */
const released = migrations.map((migration, index) => ({ ...migration, release: `${index + 1}.0.0` }))

/** Every column and index of the database. */
async function shape(db: Db): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select table_name || '.' || column_name || ' ' || data_type || coalesce(' ' || column_default, '') as line
    from information_schema.columns where table_schema = 'public'
    union all select indexdef from pg_indexes where schemaname = 'public' order by 1`.execute(db)
  return rows.map(({ line }) => line)
}

const FIXTURES = {
  PGLITE: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'piecework-rollback-'))
    const options = { type: 'PGLITE', dataDir: join(folder, 'pglite'), fsync: false } as const
    return { options, drop: () => rm(folder, { recursive: true, force: true }) }
  },
  POSTGRES: async () => {
    const { url, drop } = await createTestPostgres()
    const options = { type: 'POSTGRES', connection: url, ssl: false, poolSize: 4, idleTimeoutMs: 1000 } as const
    return { options, drop }
  },
}

describe.each(['PGLITE', 'POSTGRES'] as const)('taking migrations back on %s', (type) => {
  let fixture: Awaited<ReturnType<(typeof FIXTURES)[typeof type]>>
  let db: Db
  beforeAll(async () => {
    fixture = await FIXTURES[type]()
    db = connectDatabase(fixture.options)
    // A new embedded database is migrated already.
    await sql`drop schema public cascade`.execute(db)
    await sql`create schema public`.execute(db)
  })
  afterAll(async () => {
    await db.destroy()
    await fixture.drop()
  })

  test('leads to the schema of the older release, and up again to the same one', async () => {
    await migrateUp(db, released.slice(0, 1))
    const older = await shape(db)
    await migrateUp(db, released)
    const newer = await shape(db)
    const names = released.slice(1).map(({ name }) => name)
    expect(await migrateDown(db, released, { to: '1.0.0', force: true })).toEqual(names.toReversed())
    expect(await shape(db)).toEqual(older)
    expect(await migrateDown(db, released, { to: '1.0.0', force: false })).toEqual([])
    expect(await migrateUp(db, released)).toEqual(names)
    expect(await shape(db)).toEqual(newer)
  })

  test('what resumes a run is kept both ways, save what jsonb cannot hold', async () => {
    await migrateUp(db, released)
    const values = { z: 'a\u0000\u0000b', a: ['\\u0000', '\\\u0000', '\ud800', '😀'] }
    const id = 'a'.repeat(21)
    // Only the columns are looked at, not what they belong to.
    await db.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx)
      await sql`insert into waitpoint (id, "flowRunId", "projectId", "stepName", type, version, status, "resumePayload")
        values (${id}, ${id}, ${id}, 's', 'WEBHOOK', 'V1', 'COMPLETED', ${JSON.stringify(values)}::json)`.execute(trx)
    })
    const kept = async () =>
      (await db.selectFrom('waitpoint').select('resumePayload').executeTakeFirst())?.resumePayload
    expect(JSON.stringify(await kept())).toBe(JSON.stringify(values))
    await migrateDown(db, released, { to: '13.0.0', force: true })
    const held = { a: ['\\u0000', '\\', '\ufffd', '😀'], z: 'ab' }
    expect(await kept()).toEqual(held)
    await migrateUp(db, released)
    expect(await kept()).toEqual(held)
    await db.deleteFrom('waitpoint').execute()
  })

  test('refuses what may lose data unless forced, what it does not know, and what never was', async () => {
    const breaking = {
      name: '9000-breaking',
      release: '90.0.0',
      breaking: true,
      up: ['create table extra (id text)'],
      down: ['drop table extra'],
    }
    await migrateUp(db, [...released, breaking])
    await expect(migrateDown(db, [...released, breaking], { to: '50.0.0', force: false })).rejects.toThrow(
      '9000-breaking (release 90.0.0) may lose data',
    )
    await expect(migrateDown(db, released, { to: '50.0.0', force: true })).rejects.toThrow('newer release can revert')
    await expect(migrateDown(db, [...released, breaking], { to: '0.0.1', force: true })).rejects.toThrow('never on')
    await expect(migrateDown(db, released, { to: 'yesterday', force: true })).rejects.toThrow('not a version')
    await db.insertInto('app_instance').values({ id: 'alive', seen: sql`now()` }).execute()
    await expect(migrateDown(db, [...released, breaking], { to: '50.0.0', force: true })).rejects.toThrow(
      'An app still uses the database',
    )
    await db.deleteFrom('app_instance').execute()
    expect(await migrateDown(db, [...released, breaking], { to: '50.0.0', force: true })).toEqual(['9000-breaking'])
    await migrateDown(db, released, { to: '1.0.0', force: true })
    expect(await migrateUp(db, [initial])).toEqual([])
  })
})

test('the command says what it did, or why it did nothing', async () => {
  await using fixture = await testDatabase('POSTGRES')
  const env = { ...process.env, AP_POSTGRES_URL: fixture.url }
  const run = (...args: string[]) =>
    promisify(execFile)('npm', ['run', '--silent', 'rollback', '--', ...args], { cwd: ROOT, env })
  expect((await run('--to', '99.0.0')).stdout).toContain('on release 99.0.0 or older already')
  await expect(run('--to', '0.0.1')).rejects.toMatchObject({
    stderr: expect.stringContaining('never on release 0.0.1'),
  })
  await expect(run()).rejects.toMatchObject({ stderr: expect.stringContaining('npm run rollback') })
})
