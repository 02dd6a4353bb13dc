import { type Db, openDatabase } from '@piecework/server/database/open'
import { createTestPostgres } from '@piecework/server/database/testing'
import { pieceArchive } from '@piecework/server/testing/piece-archive'
import { sql } from 'kysely'
import type { Client } from '../test/support/client.ts'
import { residentMb, treeOf } from './support/processes.ts'
import { benchServer } from './support/reference.ts'

/**
 * Many polled flows on one server and PostgreSQL: the cost of enabling them, how their polls spread over the interval,
 * and how long a round takes when all of them come due at once, which is the worst case. A poll runs the trigger in a
 * sandbox, reads and writes its store, and finds nothing.
 *
 * npm run bench polled [flows]
 */
const FLOWS = Number(process.argv[2] ?? 10_000)
const AT_ONCE = 8
const INTERVAL_S = 300
const PIECE = '@bench/piece-polled'
const SOURCE = `
  import { createPiece, createTrigger, PieceAuth, TriggerStrategy } from '@piecework/framework'
  const polled = createTrigger({
    name: 'polled', displayName: 'Polled', description: '', auth: PieceAuth.None(), props: {}, sampleData: {},
    type: TriggerStrategy.POLLING, onDisable: async () => {},
    onEnable: async ({ store }) => { await store.put('last', 0) },
    run: async ({ store }) => { await store.put('last', (await store.get('last')) + 1); return [] },
  })
  export const piece = createPiece({ displayName: 'Polled', logoUrl: 'x', authors: [], auth: PieceAuth.None(), actions: [], triggers: [polled] })`

async function main(): Promise<void> {
  const postgres = await createTestPostgres()
  const db = await openDatabase({
    type: 'POSTGRES',
    connection: postgres.url,
    ssl: false,
    poolSize: AT_ONCE,
    idleTimeoutMs: 10_000,
  })
  try {
    await using bench = await benchServer({ AP_POSTGRES_URL: postgres.url })
    const memory = () => Math.round(residentMb(treeOf(bench.server.pid)))
    await install(bench.client)
    const drafts = await makeDrafts(bench.client)
    const before = memory()

    const enabling = await timed(() =>
      inParallel(drafts, (id) =>
        bench.client.operate(id, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } }),
      ),
    )
    const afterEnabling = memory()
    const spread = await spreadOf(db)
    const inserting = await timed(() => insertOneByOne(db))

    let peak = afterEnabling
    const watch = setInterval(() => {
      peak = Math.max(peak, memory())
    }, 500)
    const round = await timed(() => playRound(db))
    clearInterval(watch)
    const updating = await timed(() => updateOneByOne(db))

    const each = (ms: number) => `${(ms / FLOWS).toFixed(2)} ms`
    console.table([
      {
        what: 'enable',
        seconds: (enabling / 1000).toFixed(1),
        'a flow': each(enabling),
        reference: `${each(inserting)}: a bare insert`,
        ratio: (enabling / inserting).toFixed(1),
      },
      {
        what: 'a round of polls, all due at once',
        seconds: (round / 1000).toFixed(1),
        'a flow': each(round),
        reference: `${each(updating)}: two bare updates`,
        ratio: (round / updating).toFixed(1),
      },
    ])
    const share = ((round / 1000 / INTERVAL_S) * 100).toFixed(0)
    process.stdout.write(
      `${FLOWS.toLocaleString('en')} flows. Due in the busiest second: ${spread.most}, in ${spread.seconds} of ${INTERVAL_S} seconds. ` +
        `A round takes ${share} % of the interval.\n` +
        `Memory of all processes: ${before} MB before, ${afterEnabling} MB when enabled, ${peak} MB at most during the round.\n`,
    )
  } finally {
    await db.destroy()
    await postgres.drop()
  }
}

async function install({ base, token }: Client): Promise<void> {
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: PIECE, pieceVersion: '1.0.0' }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(PIECE, '1.0.0', SOURCE))]), 'p.tgz')
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${base}/v1/pieces`, { method: 'POST', headers, body: form })
  if (!answer.ok) throw new Error(`The piece was not installed: ${await answer.text()}`)
}

async function makeDrafts({ draft, operate }: Client): Promise<string[]> {
  const trigger = {
    type: 'PIECE_TRIGGER' as const,
    name: 'trigger',
    displayName: 'Polled',
    valid: true,
    lastUpdatedDate: new Date(0).toISOString(),
    settings: { pieceName: PIECE, pieceVersion: '1.0.0', triggerName: 'polled', input: {}, propertySettings: {} },
  }
  return inParallel(Array.from({ length: FLOWS }), async () => {
    const id = await draft()
    await operate(id, { type: 'UPDATE_TRIGGER', request: trigger })
    return id
  })
}

/** How the first polls are spread. */
async function spreadOf(db: Db): Promise<{ most: number; seconds: number }> {
  const { rows } = await sql<{ most: number; seconds: number }>`
    select max(count)::integer as most, count(*)::integer as seconds from (
      select count(*) as count from job where kind = 'POLL'
      group by floor(extract(epoch from "dueAt"))::bigint % ${sql.lit(INTERVAL_S)}) s`.execute(db)
  return rows[0] ?? { most: 0, seconds: 0 }
}

/** Makes every poll due, and waits until each has been executed. */
async function playRound(db: Db): Promise<void> {
  const { rows } = await sql<{ at: string }>`select now()::text as at`.execute(db)
  const at = rows[0]?.at ?? ''
  await sql`update job set "dueAt" = now() - interval '1 second', ready = true
    where kind = 'POLL' and "leaseUntil" is null`.execute(db)
  for (let left = FLOWS; left > 0; ) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    const open = await sql<{ left: number }>`select count(*)::integer as left from job
      where kind = 'POLL' and ("leaseUntil" is not null or "dueAt" <= ${at}::timestamptz)`.execute(db)
    left = open.rows[0]?.left ?? 0
  }
}

/** The minimum that enabling a flow writes. */
async function insertOneByOne(db: Db): Promise<void> {
  await sql`create table bench_reference (id integer primary key, "dueAt" timestamptz, owner text)`.execute(db)
  const ids = Array.from({ length: FLOWS }, (_, id) => id)
  await inParallel(ids, (id) =>
    sql`insert into bench_reference (id, "dueAt") values (${id}::integer, now())`.execute(db),
  )
}

/** The minimum that a poll writes: its owner, and the time of the next one. */
async function updateOneByOne(db: Db): Promise<void> {
  const ids = Array.from({ length: FLOWS }, (_, id) => id)
  await inParallel(ids, async (id) => {
    await sql`update bench_reference set owner = 'me' where id = ${id}::integer`.execute(db)
    await sql`update bench_reference set owner = null, "dueAt" = now() where id = ${id}::integer`.execute(db)
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Runs the work in order, AT_ONCE items at a time. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const lane = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return results
}

await main()
