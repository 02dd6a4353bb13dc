import { openDatabase } from '@piecework/server/database/open'
import Fastify from 'fastify'

/**
 * The minimal cost of reading one row over the API: a bare Fastify route and one row by its key. Started as a separate
 * process with the folder or the URL of a database; prints its port.
 */
const [database = ''] = process.argv.slice(2)
const db = await openDatabase(
  database.startsWith('/')
    ? { type: 'PGLITE', dataDir: database, fsync: true }
    : { type: 'POSTGRES', connection: database, ssl: false, poolSize: 10, idleTimeoutMs: 10_000 },
)
await db
  .insertInto('flag')
  .values({ id: 'row', value: JSON.stringify('x'.repeat(1500)) })
  .execute()
const app = Fastify()
app.get('/', () => db.selectFrom('flag').selectAll().where('id', '=', 'row').executeTakeFirst())
await app.listen({ port: 0, host: '127.0.0.1' })
const [address] = app.addresses()
if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`)
