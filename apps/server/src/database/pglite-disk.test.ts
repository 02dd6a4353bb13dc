import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type Db, openDatabase } from './open.ts'

const COMMITS = 20
/** As many as PGlite has. */
const DESCRIPTORS = 4100

test.each([true, false])('commits of the embedded database wait for the disk: %s', async (fsync) => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-disk-'))
  try {
    const db = await openDatabase({ type: 'PGLITE', dataDir: join(folder, 'pglite'), fsync })
    await sql`set track_wal_io_timing = on`.execute(db)
    const before = await waits(db)
    for (let i = 0; i < COMMITS; i++)
      await sql`insert into job (id, kind, "projectId", priority, "dueAt", ready, limited)
        values (${`j${i}`}, 'RUN', 'p', 3, now(), true, true)`.execute(db)
    const after = await waits(db)
    expect(after.count - before.count).toBe(fsync ? COMMITS : 0)
    // Each takes time, so something was done.
    expect(after.ms > before.ms).toBe(fsync)
    await db.destroy()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('files that do not open cost the embedded database none of its descriptors', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-disk-'))
  try {
    const dataDir = join(folder, 'pglite')
    const db = await openDatabase({ type: 'PGLITE', dataDir, fsync: false })
    const read = () => sql`select pg_read_file('probe')`.execute(db)
    await writeFile(join(dataDir, 'probe'), '')
    await read()
    // The database remembers the file, so that only its opening fails, as on a disk that takes no new files.
    await rm(join(dataDir, 'probe'))
    for (let i = 0; i < DESCRIPTORS; i++) await expect(read()).rejects.toThrow('No such file or directory')
    await sql`create table made (id integer)`.execute(db)
    await db.destroy()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function waits(db: Db): Promise<{ count: number; ms: number }> {
  await sql`select pg_stat_force_next_flush()`.execute(db)
  const { rows } = await sql<{ count: number; ms: number }>`
    select sum(fsyncs)::integer as count, sum(fsync_time) as ms from pg_stat_io where object = 'wal'`.execute(db)
  return rows[0] ?? { count: 0, ms: 0 }
}
