import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const OPEN = new URL('./open.ts', import.meta.url).href
const KYSELY = import.meta.resolve('kysely')

/** Writes until the database stops because the disk is full, makes room, and looks what is there. */
const WRITER = `
  const { rm, writeFile, statfs } = await import('node:fs/promises')
  const { openDatabase } = await import(${JSON.stringify(OPEN)})
  const { sql } = await import(${JSON.stringify(KYSELY)})
  const [folder] = process.argv.slice(2)
  const COMMITTED = 50
  // A server listens meanwhile: the database by itself keeps no process alive.
  const alive = setInterval(() => {}, 1000)
  const said = []
  const { promise: again, resolve } = Promise.withResolvers()
  const report = (message) => {
    said.push(message)
    if (message.endsWith('open again')) resolve()
  }
  const db = await openDatabase({ type: 'PGLITE', dataDir: folder + '/pglite', fsync: true }, undefined, {
    report, stalled() {}, lost() { process.exit(9) },
  })
  const { bavail, bsize } = await statfs(folder)
  await writeFile(folder + '/filler', Buffer.alloc(bavail * bsize - 14 * 1024 * 1024))
  await sql\`create table filling (id int primary key, filler text)\`.execute(db)
  const fill = (db, id) =>
    sql\`insert into filling select \${id}, string_agg(md5(random()::text), '') from generate_series(1, 250)\`.execute(db)
  for (let id = 0; id < COMMITTED; id++) await fill(db, id)
  let code, later, refusedMs
  const half = await db.transaction().execute(async (trx) => {
    for (let id = COMMITTED; code === undefined; id++) await fill(trx, id).catch((error) => { code = error.code })
    const began = performance.now()
    later = await sql\`select 1\`.execute(trx).catch((error) => error.code)
    refusedMs = performance.now() - began
    await rm(folder + '/filler')
    await again
    await fill(trx, -2)
  }).catch((error) => error.code)
  const { rows } = await sql\`select count(*)::int as count from filling\`.execute(db)
  await sql\`insert into filling values (-1, '')\`.execute(db)
  await db.destroy()
  clearInterval(alive)
  console.log(JSON.stringify({ found: rows[0].count, code, later, half, refusedMs, said }))
`

test('a full disk stops the embedded database: it refuses at once, is opened again when there is room, and has lost nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-host-'))
  try {
    const mount = `mount -t tmpfs -o size=120m tmpfs "${folder}" && exec "$@"`
    const namespace = ['--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh']
    await writeFile(`${folder}.mjs`, WRITER)
    const writer = [process.execPath, `${folder}.mjs`, folder]
    const { stdout } = await promisify(execFile)('unshare', [...namespace, ...writer])
    const result: unknown = JSON.parse(stdout)
    expect(result).toMatchObject({
      found: 50,
      code: expect.stringMatching(/^(53100|57P02)$/),
      later: expect.stringMatching(/^57P0[23]$/),
      // Its rest would be committed without its beginning.
      half: '57P02',
      said: [expect.stringContaining('No space left on device'), 'the embedded database is open again'],
    })
    expect((result as { refusedMs: number }).refusedMs).toBeLessThan(1000)
  } finally {
    await rm(`${folder}.mjs`, { force: true })
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)
