import { join } from 'node:path'
import { createTokens } from '@piecework/server/access/tokens'
import { freePort } from '@piecework/server/testing/free-port'
import { type Client, signIn } from '../../test/support/client.ts'
import { startServer, startWorker, temporaryFolder } from '../../test/support/process.ts'
import { enginesAmong, treeOf } from './processes.ts'
import { startPostgres, startRedis } from './services.ts'

/** A complete installation. */
export interface Deployment extends AsyncDisposable {
  /** Addresses of the apps, ending with `/api`. */
  bases: string[]
  client: Client
  /** The process ids by role. */
  roles(): Promise<Record<Role, number[]>>
}

export const ROLES = ['app', 'worker', 'engine', 'database', 'redis'] as const
export type Role = (typeof ROLES)[number]

const UNLIMITED = { AP_PROJECT_RATE_LIMITER_ENABLED: 'false' }
const SECRET = 'the secret that all apps and workers of a benchmark share'

/** Everything but the engines in one process. */
export async function deployEmbedded(slots: number): Promise<Deployment> {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path, { ...UNLIMITED, AP_WORKER_CONCURRENCY: String(slots) })
  return {
    bases: [server.base],
    client: await signIn(server.base),
    roles: async () => ({
      app: [server.pid],
      worker: [],
      engine: enginesAmong(treeOf(server.pid)),
      database: [],
      redis: [],
    }),
    async [Symbol.asyncDispose]() {
      await server.stop()
      await folder.remove()
    },
  }
}

/** Apps and separate workers with their own PostgreSQL and Redis. */
export async function deployApart(size: { apps: number; workers: number; slots: number }): Promise<Deployment> {
  await using stack = new AsyncDisposableStack()
  const folder = await temporaryFolder()
  stack.defer(folder.remove)
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  stack.defer(async () => void (await Promise.all([postgres.stop(), redis.stop()])))

  const apps: Awaited<ReturnType<typeof startServer>>[] = []
  for (let index = 0; index < size.apps; index++) {
    const port = await freePort()
    const app = await startServer(join(folder.path, `app-${index}`), {
      ...UNLIMITED,
      AP_CONTAINER_TYPE: 'APP',
      AP_POSTGRES_URL: postgres.url,
      AP_REDIS_URL: redis.url,
      AP_JWT_SECRET: SECRET,
      AP_ENCRYPTION_KEY: 'abcdefabcdefabcdefabcdefabcdefab',
      AP_PORT: String(port),
      AP_FRONTEND_URL: `http://127.0.0.1:${port}`,
    })
    stack.defer(async () => void (await app.stop()))
    apps.push(app)
  }
  const token = await createTokens(SECRET).worker({ id: 'bench' })
  const workers: Awaited<ReturnType<typeof startWorker>>[] = []
  for (let index = 0; index < size.workers; index++) {
    const worker = await startWorker(join(folder.path, `worker-${index}`), {
      AP_FRONTEND_URL: apps[index % apps.length]?.base.replace(/\/api$/, '') ?? '',
      AP_WORKER_TOKEN: token,
      AP_WORKER_CONCURRENCY: String(size.slots),
    })
    stack.defer(async () => void (await worker.stop()))
    workers.push(worker)
  }
  const bases = apps.map(({ base }) => base)
  const client = await signIn(bases[0] ?? '')
  const disposables = stack.move()
  return {
    bases,
    client,
    roles: async () => ({
      app: apps.map(({ pid }) => pid),
      worker: workers.map(({ pid }) => pid),
      engine: enginesAmong(workers.flatMap(({ pid }) => treeOf(pid))),
      database: treeOf(await postgres.pid()),
      redis: [redis.pid()],
    }),
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  }
}
