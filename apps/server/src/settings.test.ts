import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { documentSettings } from './settings/document.ts'
import { SETTINGS, type Setting } from './settings/table.ts'
import { loadSettings, SettingsError } from './settings.ts'

function problemsOf(env: Record<string, string>): string {
  try {
    loadSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  return ''
}

describe('defaults', () => {
  test('nothing but embedded parts is needed', () => {
    const { settings, warnings } = loadSettings({ HOME: '/root', PATH: '/bin' })
    expect(settings).toMatchObject({
      port: 3000,
      dbType: 'PGLITE',
      redisType: 'MEMORY',
      containerType: 'WORKER_AND_APP',
      executionMode: 'UNSANDBOXED',
      webhookTimeoutSeconds: 30,
      frontendUrl: 'http://localhost:3000',
      queueUiEnabled: false,
      encryptionKey: undefined,
    })
    expect(settings.configPath).toMatch(/\/\.piecework$/)
    expect(warnings).toEqual([])
  })

  test('naming a PostgreSQL or Redis server is enough to use it', () => {
    const { settings } = loadSettings({ AP_POSTGRES_URL: 'postgres://u:p@db/x', AP_REDIS_HOST: 'redis' })
    expect(settings).toMatchObject({ dbType: 'POSTGRES', redisType: 'STANDALONE' })
  })

  test('empty values count as absent, as Compose files leave them', () => {
    expect(loadSettings({ AP_POSTGRES_HOST: '', AP_PORT: ' ' }).settings).toMatchObject({
      dbType: 'PGLITE',
      port: 3000,
    })
  })

  test('a short retention shortens the default of pauses', () => {
    expect(loadSettings({ AP_EXECUTION_DATA_RETENTION_DAYS: '7' }).settings.pausedFlowTimeoutDays).toBe(7)
  })
})

describe('malformed values', () => {
  test('one error lists every setting, what was given and what is expected', () => {
    const message = problemsOf({
      AP_PORT: 'eighty',
      AP_WEBHOOK_TIMEOUT_SECONDS: '901',
      AP_SSRF_ALLOW_LIST: '10.0.0.5,host',
      AP_DB_TYPE: 'MYSQL',
    })
    expect(message).toContain('AP_PORT must be a whole number from 0 to 65535, but it is "eighty"')
    expect(message).toContain('AP_WEBHOOK_TIMEOUT_SECONDS must be a whole number from 1 to 900')
    expect(message).toContain('AP_SSRF_ALLOW_LIST must be a comma-separated list of IP addresses')
    expect(message).toContain('AP_DB_TYPE must be one of `PGLITE`, `POSTGRES`, but it is "MYSQL"')
  })

  test.each([
    [{ AP_REDIS_URL: 'localhost:6379' }, 'AP_REDIS_URL must be a URL such as `redis://user:password@host/name`'],
    [{ AP_POSTGRES_URL: 'mysql://db/x' }, 'AP_POSTGRES_URL must be a URL such as `postgres://'],
    [{ AP_POSTGRES_SSL_CA: '/etc/ca.pem' }, 'AP_POSTGRES_SSL_CA must be a certificate in PEM form'],
    [{ AP_REDIS_SSL_CA_FILE: '/nowhere.pem' }, 'AP_REDIS_SSL_CA_FILE must be the path of a file'],
    [{ AP_REDIS_SENTINEL_HOSTS: 'one:26379,two:http' }, 'AP_REDIS_SENTINEL_HOSTS must be a comma-separated list of'],
    [{ AP_SCIM_DEFAULT_PROJECT_ROLE: 'Boss' }, 'must be one of `Admin`, `Editor`, `Operator`, `Viewer`'],
  ])('%o', (env, message) => {
    expect(problemsOf(env)).toContain(message)
  })

  test('every number has a largest value, which the refusal names', () => {
    const takesNumber = ({ kind }: Setting<unknown>) =>
      kind.schema.safeParse('2000').success && kind.expects.includes('number')
    const given: readonly Setting<unknown>[] = Object.values(SETTINGS)
    const numeric = given.filter(({ kind }) => /whole number|a time/.test(kind.expects))
    expect(given.filter(takesNumber).filter((setting) => !numeric.includes(setting))).toEqual([])
    expect(numeric.length).toBeGreaterThan(35)
    const message = problemsOf(Object.fromEntries(numeric.map(({ env }) => [env, '1000000000000000'])))
    const refused = numeric.filter(({ env }) =>
      new RegExp(
        `${env} must be a (whole number from \\d+ to \\d+|time such as .* of 24 days at most), but it is`,
      ).test(message),
    )
    expect(refused.map(({ env }) => env)).toEqual(numeric.map(({ env }) => env))
  })

  test('the public address holds neither a password nor what would stand in the middle of other addresses', () => {
    for (const url of [
      'http://user:pw@localhost:3000',
      'http://localhost/?q=1',
      'http://localhost/#h',
      'http://localhost?',
    ])
      expect(problemsOf({ AP_FRONTEND_URL: url })).toContain('AP_FRONTEND_URL must be a URL that begins with')
    expect(problemsOf({ AP_FRONTEND_URL: 'https://example.com/path/' })).toBe('')
  })

  test('secrets are not shown', () => {
    const message = problemsOf({ AP_ENCRYPTION_KEY: 'hunter2', AP_APP_WEBHOOK_SECRETS: '{"a": hunter2' })
    expect(message).toContain('AP_ENCRYPTION_KEY must be 32 hexadecimal characters')
    expect(message).toContain('AP_APP_WEBHOOK_SECRETS must be a JSON object')
    expect(message).not.toContain('hunter2')
  })

  test('a deprecated name is the one that is blamed', () => {
    expect(problemsOf({ AP_SANDBOX_RUN_TIME_SECONDS: 'long' })).toContain('AP_SANDBOX_RUN_TIME_SECONDS must be')
  })
})

describe('settings that do not fit each other', () => {
  test.each(['AP_JWT_SECRET', 'AP_ENCRYPTION_KEY', 'NODE_OPTIONS'])('user code does not get %s', (env) => {
    expect(problemsOf({ AP_SANDBOX_PROPAGATED_ENV_VARS: `LANG,${env}` })).toContain(
      `AP_SANDBOX_PROPAGATED_ENV_VARS must not name ${env}`,
    )
  })

  test.each([
    [
      { AP_PAUSED_FLOW_TIMEOUT_DAYS: '40' },
      'AP_PAUSED_FLOW_TIMEOUT_DAYS (40) must not be more than AP_EXECUTION_DATA_RETENTION_DAYS (30)',
    ],
    [{ AP_DB_TYPE: 'POSTGRES' }, 'AP_POSTGRES_HOST must be set, because AP_DB_TYPE is POSTGRES'],
    [{ AP_REDIS_TYPE: 'SENTINEL' }, 'AP_REDIS_SENTINEL_HOSTS must be set'],
    [
      { AP_QUEUE_UI_ENABLED: 'true', AP_REDIS_HOST: 'r' },
      'AP_QUEUE_UI_PASSWORD must be set, because AP_QUEUE_UI_ENABLED is true',
    ],
    [{ AP_FILE_STORAGE_LOCATION: 'S3', AP_S3_BUCKET: 'b', AWS_REGION: 'eu' }, 'AP_S3_ACCESS_KEY_ID must be set'],
    [{ AP_CONTAINER_TYPE: 'WORKER' }, 'AP_WORKER_TOKEN must be set'],
  ])('%o', (env, message) => {
    expect(problemsOf(env)).toContain(message)
  })

  test('what only apps need is asked of apps alone', () => {
    const shared = { AP_DB_TYPE: 'POSTGRES', AP_REDIS_TYPE: 'STANDALONE', AP_FILE_STORAGE_LOCATION: 'S3' }
    const worker = { AP_CONTAINER_TYPE: 'WORKER', AP_WORKER_TOKEN: 'token', AP_FRONTEND_URL: 'https://app.example' }
    expect(problemsOf({ ...shared, ...worker })).toBe('')
    expect(problemsOf({ AP_QUEUE_UI_ENABLED: 'true' })).toContain('AP_QUEUE_UI_PASSWORD must be set')
  })

  test('a certificate may be written in one line', () => {
    const { settings } = loadSettings({
      AP_POSTGRES_SSL_CA: '-----BEGIN CERTIFICATE-----\\nMII\\n-----END CERTIFICATE-----',
    })
    expect(settings.postgresSslCa).toBe('-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----')
  })

  test('a complete S3 configuration passes, with the region of the standard variable', () => {
    const { settings } = loadSettings({
      AP_FILE_STORAGE_LOCATION: 'S3',
      AP_S3_BUCKET: 'b',
      AWS_REGION: 'eu',
      AP_S3_USE_IRSA: 'true',
    })
    expect(settings).toMatchObject({ s3Region: 'eu', s3UseIrsa: true })
  })
})

describe('names and values of older releases', () => {
  test.each([
    [{ AP_SANDBOX_RUN_TIME_SECONDS: '50' }, { flowTimeoutSeconds: 50 }],
    [{ AP_QUEUE_MODE: 'REDIS', AP_REDIS_URL: 'redis://r' }, { redisType: 'STANDALONE' }],
    [{ AP_QUEUE_MODE: 'MEMORY' }, { redisType: 'MEMORY' }],
    [{ AP_MAX_CONCURRENT_JOBS_PER_PROJECT: '100' }, { defaultConcurrentJobsLimit: 100 }],
    [{ AP_FLOW_WORKER_CONCURRENCY: '9' }, { workerConcurrency: 9 }],
    [{ AP_CODE_SANDBOX_TYPE: 'V8_ISOLATE' }, { executionMode: 'SANDBOX_CODE_ONLY' }],
    [{ AP_EXECUTION_MODE: 'SANDBOXED' }, { executionMode: 'SANDBOX_PROCESS' }],
    [{ AP_DB_TYPE: 'SQLITE3' }, { dbType: 'PGLITE' }],
  ])('%o is understood, with a warning', (env, expected) => {
    const { settings, warnings } = loadSettings(env)
    expect(settings).toMatchObject(expected)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('deprecated')
  })

  test('the new name wins over the old one', () => {
    const { settings, warnings } = loadSettings({ AP_FLOW_TIMEOUT_SECONDS: '10', AP_SANDBOX_RUN_TIME_SECONDS: '20' })
    expect(settings.flowTimeoutSeconds).toBe(10)
    expect(warnings).toEqual([
      'AP_SANDBOX_RUN_TIME_SECONDS is deprecated and is ignored in favour of AP_FLOW_TIMEOUT_SECONDS.',
    ])
  })

  test('unknown AP_ names are named once each', () => {
    const { warnings } = loadSettings({ AP_WEBHOOK_TIMEOUT: '3', AP_EDITION: 'ee', OTHER: '1' })
    expect(warnings).toEqual(['AP_WEBHOOK_TIMEOUT is not a setting that this server knows, and has no effect.'])
  })
})

test('docs/settings.md is current (npm run docs)', () => {
  const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8')
  expect(page).toBe(documentSettings())
})

test('every setting is read by the server, or the documentation says that it has no effect', () => {
  const folder = new URL('.', import.meta.url).pathname
  const files = globSync('**/*.ts', { cwd: folder }).filter((name) => !/^settings|\.test\.ts$|^testing\//.test(name))
  const words = new Set(files.flatMap((name) => readFileSync(folder + name, 'utf8').match(/\w+/g) ?? []))
  const silent = Object.entries<Setting<unknown>>(SETTINGS)
    .filter(([name, { awaits, group }]) => !words.has(name) && awaits === undefined && group !== 'Accepted and ignored')
    .map(([, { env }]) => env)
  expect(silent).toEqual([])
})
