import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseJson } from '@piecework/model/parse-json'
import { composeServer, type Server } from '../compose.ts'
import { createTestPostgres } from '../database/testing.ts'
import { createLog } from '../log.ts'
import { loadSettings } from '../settings.ts'

export interface Answer<Body> {
  status: number
  /** Parsed JSON, or the text when it is none; what the test says of its shape is not checked here. */
  body: Body
  headers: Headers
}

type Fields = Record<string, unknown>

export interface CallOptions {
  token?: string | undefined
  body?: unknown
  query?: Record<string, string | number | readonly string[] | undefined>
}

export interface TestServer extends AsyncDisposable {
  server: Server
  /** `http://127.0.0.1:<port>` */
  origin: string
  call<Body = Fields>(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>
}

interface TestServerOptions {
  checksAnswers?: boolean
  /** The folder that keeps the data, so that a later server finds it; the caller removes it. */
  folder?: string
}

/**
 * The real server on a free port, over an embedded database of its own. Without other settings it runs no flows.
 * Every answer is checked against the schema of its route.
 */
export async function startTestServer(
  env: Record<string, string> = {},
  { checksAnswers = true, folder: given }: TestServerOptions = {},
): Promise<TestServer> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'piecework-')))
  const { settings } = loadSettings({
    AP_CONFIG_PATH: folder,
    AP_CONTAINER_TYPE: 'APP',
    AP_HOST: '127.0.0.1',
    AP_PORT: '0',
    AP_LOG_LEVEL: 'error',
    AP_API_RATE_LIMIT_AUTHN_ENABLED: 'false',
    AP_WEB_BUILD: 'false',
    ...env,
  })
  const log = createLog(settings)
  const server = await composeServer(settings, log, { checksAnswers })
  const port = await server.start()
  const origin = `http://127.0.0.1:${port}`
  return {
    server,
    origin,
    call: (method, path, options) => call(`${origin}/api`, method, path, options),
    [Symbol.asyncDispose]: async () => {
      await server.close()
      if (given === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

async function call<Body>(
  base: string,
  method: string,
  path: string,
  { token, body, query = {} }: CallOptions = {},
): Promise<Answer<Body>> {
  const url = new URL(base + path)
  for (const [key, value] of Object.entries(query)) {
    for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(key, String(one))
  }
  const isForm = body instanceof FormData
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parseJson(text, text) as Body }
}

export interface Person {
  token: string
  userId: string
  platformId: string
  projectId: string
}

/** Fits the rules of passwords. */
export const PASSWORD = 'Correct-horse-7'

/** Signs up the first person, who owns the platform. */
export async function signUpOwner({ call }: TestServer): Promise<Person> {
  const { status, body } = await call<{ token: string; id: string; platformId: string; projectId: string }>(
    'POST',
    '/v1/authentication/sign-up',
    {
      body: { email: 'Owner@Example.com', password: PASSWORD, firstName: 'Ada', lastName: 'Owner' },
    },
  )
  if (status !== 200) throw new Error(`Sign-up answered ${status}: ${JSON.stringify(body)}`)
  return { token: body.token, userId: body.id, platformId: body.platformId, projectId: body.projectId }
}

/** The real server over one of its two databases, of its own either way. */
export async function startTestServerOn(
  type: 'PGLITE' | 'POSTGRES',
  env: Record<string, string> = {},
): Promise<TestServer> {
  if (type === 'PGLITE') return startTestServer(env)
  const database = await createTestPostgres()
  const server = await startTestServer({ ...env, AP_POSTGRES_URL: database.url })
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await database.drop()
    },
  }
}
