import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readState, writeState } from './folder-state.ts'
import { migrations } from './migrations/index.ts'
import { openDatabase } from './open.ts'

let folder = ''
let dataDir = ''
let whole = ''
beforeAll(async () => {
  whole = await mkdtemp(join(tmpdir(), 'piecework-folder-'))
  await (await openDatabase({ type: 'PGLITE', dataDir: join(whole, 'pglite'), fsync: false })).destroy()
})
afterAll(() => rm(whole, { recursive: true, force: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-folder-'))
  dataDir = join(folder, 'pglite')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = () => openDatabase({ type: 'PGLITE', dataDir, fsync: false })
const openAndClose = async () => (await open()).destroy()
const listing = () => readdirSync(dataDir, { recursive: true }).toSorted()
const firstSegment = async () => {
  const [name = ''] = (await readdir(join(dataDir, 'pg_wal'))).filter((entry) => /^[0-9A-F]{24}$/.test(entry))
  return join(dataDir, 'pg_wal', name)
}

const DAMAGES: Record<string, { damage: () => Promise<unknown>; words: RegExp }> = {
  'PG_VERSION is gone': { damage: () => rm(join(dataDir, 'PG_VERSION')), words: /PG_VERSION is missing/ },
  'PG_VERSION is empty': {
    damage: () => writeFile(join(dataDir, 'PG_VERSION'), ''),
    words: /PG_VERSION holds no version/,
  },
  'all but base is gone': {
    damage: async () => {
      for (const name of await readdir(dataDir))
        if (name !== 'base') await rm(join(dataDir, name), { recursive: true, force: true })
    },
    words: /PG_VERSION is missing/,
  },
  'the control file is gone': {
    damage: () => rm(join(dataDir, 'global/pg_control')),
    words: /global\/pg_control is missing/,
  },
  'the control file is garbage': {
    damage: () => writeFile(join(dataDir, 'global/pg_control'), Buffer.alloc(8192, 7)),
    words: /does not open: (FATAL|PANIC): /,
  },
  'the log is gone': {
    damage: () => rm(join(dataDir, 'pg_wal'), { recursive: true }),
    words: /pg_wal is missing/,
  },
  'the log is cut': {
    damage: async () => truncate(await firstSegment(), 8 * 1024 * 1024),
    words: /pg_wal\/[0-9A-F]{24} has 8388608 bytes instead of 16777216/,
  },
  'the log ends earlier than it did': {
    damage: async () => writeState(dataDir, { lsn: '7/0' }),
    words: /has lost the end of its log: it ends at 0\/[0-9A-F]+, and ended at 7\/0/,
  },
  'the folder is gone': {
    damage: () => rename(dataDir, `${dataDir}-elsewhere`),
    words: /There is no database in .*pglite, but .* records one.*To start with an empty database on purpose, remove/,
  },
  'the folder is empty': {
    damage: async () => {
      await rm(dataDir, { recursive: true })
      await mkdir(dataDir)
    },
    words: /There is no database in/,
  },
}

test.each(Object.entries(DAMAGES))(
  'a database is refused when %s, with the way to restore it',
  async (_, { damage, words }) => {
    await cp(whole, folder, { recursive: true })
    await damage()
    const before = existsSync(dataDir) ? listing() : undefined
    const error = await openAndClose().catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ name: 'StartError', message: expect.stringMatching(words) })
    expect(String(error)).toContain('Restore the backup')
    // Nothing was made in its place.
    expect(existsSync(dataDir) ? listing() : undefined).toEqual(before)
  },
)

test('a table whose file is gone ends the start with the file and the way to restore', async () => {
  const db = await open()
  const { rows } = await sql<{ path: string }>`select pg_relation_filepath('migration') as path`.execute(db)
  await db.destroy()
  await rm(join(dataDir, rows[0]?.path ?? ''))
  const error = await openAndClose().catch((refusal: unknown) => refusal)
  expect(error).toMatchObject({
    name: 'StartError',
    message: expect.stringMatching(/damaged: .*base\/.*Restore the backup/),
  })
})

test('what a start that was killed has left is not in the way of the next one', async () => {
  await mkdir(join(`${dataDir}.draft`, 'base'), { recursive: true })
  await mkdir(dataDir)
  await openAndClose()
  expect(readState(dataDir)).toBeDefined()
  expect(existsSync(`${dataDir}.draft`)).toBe(false)
})

test('a folder that an older release has left half made is refused, and may be removed', async () => {
  await mkdir(join(dataDir, 'base'), { recursive: true })
  await expect(open()).rejects.toThrow('If nothing was ever stored in it')
  await rm(dataDir, { recursive: true })
  await openAndClose()
})

test('a new database has the schema of this release, as the migrations make it', async () => {
  const db = await open()
  try {
    const names = await db.selectFrom('migration').select('name').orderBy('name').execute()
    expect(names.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name))
  } finally {
    await db.destroy()
  }
})

test('how far the log went is written down outside of the database', async () => {
  const db = await open()
  await db.insertInto('flag').values({ id: 'a', value: '1' }).execute()
  const { rows } = await sql<{ lsn: string }>`select pg_current_wal_flush_lsn()::text as lsn`.execute(db)
  await db.destroy()
  expect(readState(dataDir)).toEqual(rows[0])
  expect(readFileSync(`${dataDir}.state`, 'utf8')).toContain(rows[0]?.lsn)
})
