import { join } from 'node:path'
import { openDatabase } from '@piecework/server/database/open'
import { createGroupCommit } from '@piecework/server/queue/group-commit'
import Fastify from 'fastify'

/**
 * The minimal cost of the reference workload: a bare Fastify route with the same function, and one row of the embedded
 * database per call in shared commits. Started as a separate process; prints its port.
 */
const [folder = ''] = process.argv.slice(2)
const db = await openDatabase({ type: 'PGLITE', dataDir: join(folder, 'pglite'), fsync: true })
const commits = createGroupCommit<{ id: string; value: string }>(
  async (rows) => {
    await db.insertInto('flag').values(rows).execute()
    return undefined
  },
  { maxBatch: 256, soonMs: 0 },
)
const work = async (inputs: { a: number; b: number }) => ({ sum: inputs.a + inputs.b })
let count = 0
const app = Fastify()
app.post('/', async (request) => {
  const result = await work(request.body as { a: number; b: number })
  await commits.add({ id: `${process.pid}-${++count}`, value: JSON.stringify(result) })
  return result
})
await app.listen({ port: 0, host: '127.0.0.1' })
const [address] = app.addresses()
if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`)
