// Longer than the usual limit: one entry per setting, in one table that can be read as a whole.
import { z } from 'zod'
import {
  addresses,
  certificate,
  duration,
  flag,
  frameSources,
  hexKey,
  hosts,
  httpUrl,
  json,
  type Kind,
  LONGEST_TIMER_MS,
  list,
  oneOf,
  publicUrl,
  readableFile,
  serverUrl,
  text,
  textOfAtLeast,
  wholeNumber,
  workerGroup,
} from './kinds.ts'

/** A name that older releases used for a setting. `map` turns its values into the new ones. */
export interface Alias {
  env: string
  map?: Readonly<Record<string, string>>
}

export interface Setting<T> {
  env: string
  group: Group
  kind: Kind<T>
  /** The default value, or its description when it depends on other settings. */
  default: T | undefined
  defaultText?: string
  description: string
  /** Never shown in messages or logs. */
  secret: boolean
  aliases: readonly Alias[]
  /** Names without the AP_ prefix that are read when the setting is absent. */
  fallbacks: readonly string[]
  /** The missing feature without which the setting has no effect. */
  awaits?: string
}

export type Group =
  | 'Server'
  | 'Keys and access'
  | 'Database'
  | 'Queue'
  | 'Execution'
  | 'Webhooks and triggers'
  | 'Files and logs'
  | 'Pieces'
  | 'Limits'
  | 'E-mail'
  | 'Observability'
  | 'Accepted and ignored'

interface More {
  secret?: boolean
  aliases?: readonly Alias[]
  fallbacks?: readonly string[]
  defaultText?: string
  awaits?: string
}

type Described<T, D> = Omit<Setting<T>, 'default'> & { default: D }

/** Makes the functions that declare the settings of one group. */
function group(name: Group) {
  const make = <T, D>(env: string, kind: Kind<T>, value: D, description: string, more: More = {}): Described<T, D> => ({
    env,
    group: name,
    kind,
    default: value,
    description,
    secret: more.secret ?? false,
    aliases: more.aliases ?? [],
    fallbacks: more.fallbacks ?? [],
    ...(more.defaultText === undefined ? {} : { defaultText: more.defaultText }),
    ...(more.awaits === undefined ? {} : { awaits: more.awaits }),
  })
  return {
    /** Declares a setting that has a default, so it always has a value. */
    given: <T>(env: string, kind: Kind<T>, value: NoInfer<T>, description: string, more?: More) =>
      make<T, T>(env, kind, value, description, more),
    /** Declares a setting that may be absent. */
    optional: <T>(env: string, kind: Kind<T>, description: string, more?: More) =>
      make<T, undefined>(env, kind, undefined, description, more),
  }
}

const server = group('Server')
const access = group('Keys and access')
const database = group('Database')
const queue = group('Queue')
const execution = group('Execution')
const triggers = group('Webhooks and triggers')
const files = group('Files and logs')
const pieces = group('Pieces')
const limits = group('Limits')
const email = group('E-mail')
const observability = group('Observability')
const ignored = group('Accepted and ignored')

const WebhookSecrets = z.record(z.string(), z.record(z.string(), z.unknown()))
const MINUTES_15 = 900
const DAY_SECONDS = 86_400
const CENTURY_DAYS = 36_500
/** Texts of Node.js are not longer. */
const LONGEST_TEXT_MB = 512
/** The largest value of an integer column of the database. */
const LARGEST_INTEGER = 2 ** 31 - 1

/** Every setting, in the order of the documentation. */
export const SETTINGS = {
  port: server.given('AP_PORT', wholeNumber(0, 65_535), 3000, 'Port of the HTTP server. `0` picks a free one.'),
  host: server.given('AP_HOST', text, '0.0.0.0', 'Address that the HTTP server listens on.'),
  webBuild: server.given(
    'AP_WEB_BUILD',
    flag,
    true,
    'Whether the server builds the browser app at its start when the sources of the app have changed.',
  ),
  frontendUrl: server.optional(
    'AP_FRONTEND_URL',
    publicUrl,
    'Public address of this server; webhook and redirect URLs begin with it. Apps that call webhooks must be able to reach it.',
    { defaultText: '`http://localhost:<AP_PORT>`' },
  ),
  internalUrl: server.optional(
    'AP_INTERNAL_URL',
    publicUrl,
    'Address under which separate workers reach the apps, when it is not the public one.',
  ),
  configPath: server.given(
    'AP_CONFIG_PATH',
    text,
    '~/.piecework',
    'Folder of the embedded database, the generated keys and the caches.',
  ),
  containerType: server.given(
    'AP_CONTAINER_TYPE',
    oneOf(['WORKER_AND_APP', 'APP', 'WORKER']),
    'WORKER_AND_APP',
    'What this process runs: the API server, a worker, or both.',
  ),
  environment: server.given(
    'AP_ENVIRONMENT',
    oneOf(['prod', 'dev', 'test']),
    'prod',
    'Shown to the browser app; changes no behaviour of the server.',
  ),
  logLevel: server.given(
    'AP_LOG_LEVEL',
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'The least severe log lines that are written.',
  ),
  logPretty: server.given('AP_LOG_PRETTY', flag, false, 'Write log lines for people instead of JSON.'),
  clientRealIpHeader: server.optional(
    'AP_CLIENT_REAL_IP_HEADER',
    text,
    'Header in which a trusted reverse proxy passes on the address of the client, for rate limits and audit events. Leave it unset when clients reach the server directly, because they could forge it.',
  ),

  stopDelaySeconds: server.given(
    'AP_STOP_DELAY_SECONDS',
    wholeNumber(0, 300),
    3,
    'Seconds between SIGTERM and the stop in which the server still serves requests but reports that it is not ready, so that load balancers turn to other servers first.',
    { defaultText: '`3` with PostgreSQL, `0` with the embedded database' },
  ),

  frameAncestors: server.given(
    'AP_FRAME_ANCESTORS',
    frameSources,
    [],
    'Which pages may show forms and chats in a frame, those of flows and those of projects: origins such as `https://www.example.com`, separated by commas, or `*` for all.',
    { defaultText: 'none' },
  ),

  encryptionKey: access.optional(
    'AP_ENCRYPTION_KEY',
    hexKey,
    'Key that encrypts connections. Without it the server generates one on its first start and keeps it in `AP_CONFIG_PATH`.',
    { secret: true, defaultText: 'generated on the first start' },
  ),
  jwtSecret: access.optional(
    'AP_JWT_SECRET',
    textOfAtLeast(32),
    'Secret that signs tokens: `openssl rand -hex 32`. Without it the server generates one on its first start and keeps it in `AP_CONFIG_PATH`.',
    { secret: true, defaultText: 'generated on the first start' },
  ),
  workerToken: access.optional(
    'AP_WORKER_TOKEN',
    text,
    'Token with which a separate worker connects to the app. Required when `AP_CONTAINER_TYPE` is `WORKER`.',
    { secret: true },
  ),
  apiKey: access.optional(
    'AP_API_KEY',
    textOfAtLeast(16),
    'Key of the operator, sent as the header `api-key`, for requests above platforms, such as assigning workers to platforms. Without it the server refuses such requests. The piece commands read their API key from the same name.',
    { secret: true },
  ),
  sessionIdleMinutes: access.given(
    'AP_SESSION_IDLE_MINUTES',
    wholeNumber(5, 5_256_000),
    10_080,
    'Minutes without a request after which a session of a person ends.',
  ),
  sessionMaxHours: access.given(
    'AP_SESSION_MAX_HOURS',
    wholeNumber(1, 876_000),
    2160,
    'Hours after which a session of a person ends, however much it is used.',
  ),
  apiRateLimitAuthnEnabled: access.given(
    'AP_API_RATE_LIMIT_AUTHN_ENABLED',
    flag,
    true,
    'Limit the rate of sign-in and sign-up requests.',
  ),
  apiRateLimitAuthnMax: access.given(
    'AP_API_RATE_LIMIT_AUTHN_MAX',
    wholeNumber(1, 1_000_000),
    50,
    'Sign-in and sign-up requests that one address may make in a window.',
  ),
  apiRateLimitAuthnWindow: access.given('AP_API_RATE_LIMIT_AUTHN_WINDOW', duration, 60_000, 'Length of the window.', {
    defaultText: '`1 minute`',
  }),
  apiRateLimitEnabled: access.given(
    'AP_API_RATE_LIMIT_ENABLED',
    flag,
    true,
    'Limit the requests of each person, personal token and API key to the whole API. Calls of webhooks, flows and workers do not count.',
  ),
  apiRateLimitMax: access.given(
    'AP_API_RATE_LIMIT_MAX',
    wholeNumber(1, 100_000_000),
    12_000,
    'Requests that each of them may make in a window, at all apps together.',
  ),
  apiRateLimitWindow: access.given('AP_API_RATE_LIMIT_WINDOW', duration, 60_000, 'Length of the window.', {
    defaultText: '`1 minute`',
  }),
  ssoAllowHttp: access.given(
    'AP_SSO_ALLOW_HTTP',
    flag,
    false,
    'Let people sign in by providers whose address begins with `http://`. For tests on one machine: others can read what is sent.',
  ),
  dnsServers: access.given(
    'AP_DNS_SERVERS',
    list,
    [],
    'Addresses of the DNS servers that are asked for the proof of a domain, such as `1.1.1.1` or `127.0.0.1:5353`.',
    { defaultText: 'those of the machine' },
  ),
  scimDefaultProjectRole: access.given(
    'AP_SCIM_DEFAULT_PROJECT_ROLE',
    oneOf(['Admin', 'Editor', 'Operator', 'Viewer']),
    'Editor',
    'Role of members that SCIM adds to a project.',
  ),

  dbType: database.given(
    'AP_DB_TYPE',
    oneOf(['PGLITE', 'POSTGRES'], { SQLITE3: 'PGLITE' }),
    'PGLITE',
    'The embedded database, or a PostgreSQL server.',
    { defaultText: '`PGLITE`, or `POSTGRES` when a PostgreSQL server is named' },
  ),
  pgliteFsync: database.given(
    'AP_PGLITE_FSYNC',
    flag,
    true,
    'Whether commits of the embedded database wait for the disk. Without it they survive the end of every process, but a loss of power may lose the last accepted calls, and at worst the database.',
  ),
  postgresUrl: database.optional(
    'AP_POSTGRES_URL',
    serverUrl(['postgres', 'postgresql']),
    'Connection string of the PostgreSQL server, instead of its parts.',
    { secret: true },
  ),
  postgresHost: database.optional('AP_POSTGRES_HOST', text, 'Host of the PostgreSQL server.'),
  postgresPort: database.given('AP_POSTGRES_PORT', wholeNumber(1, 65_535), 5432, 'Port of the PostgreSQL server.'),
  postgresDatabase: database.optional('AP_POSTGRES_DATABASE', text, 'Name of the database.'),
  postgresUsername: database.optional('AP_POSTGRES_USERNAME', text, 'User of the database.'),
  postgresPassword: database.optional('AP_POSTGRES_PASSWORD', text, 'Password of the user.', { secret: true }),
  postgresUseSsl: database.given('AP_POSTGRES_USE_SSL', flag, false, 'Encrypt the connection to the database.'),
  postgresSslCa: database.optional(
    'AP_POSTGRES_SSL_CA',
    certificate,
    'Certificate of the authority that signed the certificate of the database server; the connection is encrypted then.',
  ),
  postgresPoolSize: database.given(
    'AP_POSTGRES_POOL_SIZE',
    wholeNumber(1, 10_000),
    10,
    'Largest number of connections that this process opens.',
  ),
  postgresIdleTimeoutMs: database.given(
    'AP_POSTGRES_IDLE_TIMEOUT_MS',
    wholeNumber(0, LONGEST_TIMER_MS),
    30_000,
    'Milliseconds after which an idle connection is closed.',
  ),

  redisType: queue.given(
    'AP_REDIS_TYPE',
    oneOf(['MEMORY', 'STANDALONE', 'SENTINEL']),
    'MEMORY',
    'Where jobs are delivered from: the database of this process (`MEMORY`), a Redis server, or Redis Sentinel.',
    {
      defaultText: '`MEMORY`, or `STANDALONE` when a Redis server is named',
      aliases: [
        { env: 'AP_QUEUE_MODE', map: { REDIS: 'STANDALONE', MEMORY: 'MEMORY' } },
        { env: 'AP_REDIS_CONNECTION_MODE' },
      ],
    },
  ),
  redisUrl: queue.optional(
    'AP_REDIS_URL',
    serverUrl(['redis', 'rediss']),
    'Connection URL of the Redis server; the other Redis settings are then ignored.',
    { secret: true },
  ),
  redisHost: queue.optional('AP_REDIS_HOST', text, 'Host of the Redis server.'),
  redisPort: queue.given('AP_REDIS_PORT', wholeNumber(1, 65_535), 6379, 'Port of the Redis server.'),
  redisUser: queue.optional('AP_REDIS_USER', text, 'User of the Redis server.'),
  redisPassword: queue.optional('AP_REDIS_PASSWORD', text, 'Password of the user.', { secret: true }),
  redisDb: queue.given('AP_REDIS_DB', wholeNumber(0, 65_535), 0, 'Index of the Redis database.'),
  redisUseSsl: queue.given('AP_REDIS_USE_SSL', flag, false, 'Encrypt the connection to Redis.'),
  redisSslCaFile: queue.optional(
    'AP_REDIS_SSL_CA_FILE',
    readableFile,
    'Path of the certificate of the authority that signed the certificate of the Redis server.',
  ),
  redisSentinelHosts: queue.optional(
    'AP_REDIS_SENTINEL_HOSTS',
    hosts,
    'The sentinels, for `AP_REDIS_TYPE` `SENTINEL`; the port is 26379 where it is left out.',
  ),
  redisSentinelName: queue.optional('AP_REDIS_SENTINEL_NAME', text, 'Name of the master that the sentinels watch.'),
  redisSentinelRole: queue.given(
    'AP_REDIS_SENTINEL_ROLE',
    oneOf(['master', 'slave']),
    'master',
    'Which node to connect to.',
  ),
  queueUiEnabled: queue.given(
    'AP_QUEUE_UI_ENABLED',
    flag,
    false,
    'Serve the queue dashboard at `/api/ui`. Needs a user name and a password.',
    { defaultText: '`true` when its user name and password are set' },
  ),
  queueUiUsername: queue.optional('AP_QUEUE_UI_USERNAME', text, 'User name of the queue dashboard.'),
  queueUiPassword: queue.optional('AP_QUEUE_UI_PASSWORD', text, 'Password of the queue dashboard.', { secret: true }),

  executionMode: execution.given(
    'AP_EXECUTION_MODE',
    oneOf(['UNSANDBOXED', 'SANDBOX_CODE_ONLY', 'SANDBOX_PROCESS', 'SANDBOX_CODE_AND_PROCESS'], {
      SANDBOXED: 'SANDBOX_PROCESS',
    }),
    'UNSANDBOXED',
    'How user code is isolated. Read [security](security.md) before you let others write flows.',
    {
      aliases: [{ env: 'AP_CODE_SANDBOX_TYPE', map: { V8_ISOLATE: 'SANDBOX_CODE_ONLY', NO_OP: 'UNSANDBOXED' } }],
    },
  ),
  reuseSandbox: execution.given(
    'AP_REUSE_SANDBOX',
    flag,
    false,
    'With `AP_EXECUTION_MODE` `SANDBOX_PROCESS` or `SANDBOX_CODE_AND_PROCESS`: runs of one project may follow each other in one sandbox, which saves the start of a process for each run. A run then sees files that earlier runs of its project left in `/tmp`.',
  ),
  workerConcurrency: execution.given(
    'AP_WORKER_CONCURRENCY',
    wholeNumber(1, 1000),
    5,
    'Jobs that one worker runs at a time; each has its own sandbox.',
    {
      aliases: [{ env: 'AP_FLOW_WORKER_CONCURRENCY' }, { env: 'AP_SCHEDULED_WORKER_CONCURRENCY' }],
    },
  ),
  workerCacheSizeMb: execution.given(
    'AP_WORKER_CACHE_SIZE_MB',
    wholeNumber(1024, 10_485_760),
    10_240,
    'Largest size of compiled code and installed pieces on the disk of a worker; files that were not used for longest are removed first.',
  ),
  workerGroupId: execution.optional(
    'AP_WORKER_GROUP_ID',
    workerGroup,
    'Group of this worker: it serves only the platforms that are assigned to the group. Without it, it serves the platforms without a group.',
  ),
  flowTimeoutSeconds: execution.given(
    'AP_FLOW_TIMEOUT_SECONDS',
    wholeNumber(1, 1_000_000),
    600,
    'Longest time that a run may take, pauses not counted.',
    { aliases: [{ env: 'AP_SANDBOX_RUN_TIME_SECONDS' }] },
  ),
  triggerTimeoutSeconds: execution.given(
    'AP_TRIGGER_TIMEOUT_SECONDS',
    wholeNumber(1, DAY_SECONDS),
    60,
    'Longest time that a trigger may take to poll for events, and a piece to answer with options or to check a connection.',
  ),
  triggerHooksTimeoutSeconds: execution.given(
    'AP_TRIGGER_HOOKS_TIMEOUT_SECONDS',
    wholeNumber(1, DAY_SECONDS),
    180,
    'Longest time that a trigger may take to be enabled or disabled.',
  ),
  sandboxMemoryLimitKb: execution.given(
    'AP_SANDBOX_MEMORY_LIMIT',
    wholeNumber(65_536, 1_073_741_824),
    1_048_576,
    'Memory of one sandbox in kilobytes.',
  ),
  sandboxPropagatedEnvVars: execution.given(
    'AP_SANDBOX_PROPAGATED_ENV_VARS',
    list,
    [],
    'Names of environment variables that sandboxed code may see.',
  ),
  networkMode: execution.given(
    'AP_NETWORK_MODE',
    oneOf(['UNRESTRICTED', 'STRICT']),
    'UNRESTRICTED',
    '`STRICT` keeps user code from private, loopback, link-local and cloud-metadata addresses.',
  ),
  ssrfAllowList: execution.given(
    'AP_SSRF_ALLOW_LIST',
    addresses,
    [],
    'Addresses that stay reachable in `STRICT` mode, and for calls that the server makes itself.',
  ),
  pausedFlowTimeoutDays: execution.given(
    'AP_PAUSED_FLOW_TIMEOUT_DAYS',
    wholeNumber(1, CENTURY_DAYS),
    30,
    'Days that a run may stay paused; not more than `AP_EXECUTION_DATA_RETENTION_DAYS`.',
    { defaultText: '`30`, or the retention when that is shorter' },
  ),
  executionDataRetentionDays: execution.given(
    'AP_EXECUTION_DATA_RETENTION_DAYS',
    wholeNumber(1, CENTURY_DAYS),
    30,
    'Days that run data, logs and events are kept.',
  ),
  auditLogRetentionDays: execution.given(
    'AP_AUDIT_LOG_RETENTION_DAYS',
    wholeNumber(1, CENTURY_DAYS),
    365,
    'Days that the audit log is kept.',
  ),
  auditLogRuns: execution.given(
    'AP_AUDIT_LOG_RUNS',
    flag,
    false,
    'The audit log also has the start and the end of each run. The list of runs has them anyway, and without them runs cost less.',
  ),

  apiDefaultPlan: triggers.given(
    'AP_API_DEFAULT_PLAN',
    oneOf(['free', 'starter', 'pro', 'business']),
    'business',
    'How often a key may call the graph API, in projects that have no plan of their own.',
  ),
  formSecondsToFill: triggers.given(
    'AP_FORM_SECONDS_TO_FILL',
    wholeNumber(0, 3600),
    2,
    'What is submitted on the page of a form sooner than this after it was opened counts as spam.',
  ),
  formSubmissionsPerMinute: triggers.given(
    'AP_FORM_SUBMISSIONS_PER_MINUTE',
    wholeNumber(1, 1_000_000),
    20,
    'How often one address may submit the page of one form. Each app counts for itself.',
  ),
  webhookTimeoutSeconds: triggers.given(
    'AP_WEBHOOK_TIMEOUT_SECONDS',
    wholeNumber(1, MINUTES_15),
    30,
    'Longest time that a synchronous webhook call waits for its answer.',
  ),
  maxWebhookPayloadSizeMb: triggers.given(
    'AP_MAX_WEBHOOK_PAYLOAD_SIZE_MB',
    wholeNumber(1, LONGEST_TEXT_MB),
    25,
    'Largest body of a webhook call; a larger one is answered with 413.',
  ),
  webhookPayloadInlineThresholdKb: triggers.given(
    'AP_WEBHOOK_PAYLOAD_INLINE_THRESHOLD_KB',
    wholeNumber(0, LONGEST_TEXT_MB * 1024),
    512,
    'Payloads up to this size are stored with their job; larger ones go through file storage.',
  ),
  appWebhookSecrets: triggers.given(
    'AP_APP_WEBHOOK_SECRETS',
    json(WebhookSecrets, 'a JSON object of the form `{"<piece name>": {"webhookSecret": "..."}}`'),
    {},
    'Secrets with which apps that use one webhook per OAuth2 app sign their events.',
    { secret: true, defaultText: '`{}`' },
  ),
  triggerDefaultPollInterval: triggers.given(
    'AP_TRIGGER_DEFAULT_POLL_INTERVAL',
    wholeNumber(1, 43_200),
    5,
    'Minutes between two polls of a polling trigger.',
  ),
  triggerFailureThreshold: triggers.given(
    'AP_TRIGGER_FAILURE_THRESHOLD',
    wholeNumber(1, 1_000_000),
    576,
    'Failures in a row after which a polling flow is disabled: two days at the default interval.',
  ),
  enableFlowOnPublish: triggers.given(
    'AP_ENABLE_FLOW_ON_PUBLISH',
    flag,
    true,
    'Whether a flow that is published without a status is enabled. If not, it keeps the status that it has.',
  ),
  publishInvalidFlows: triggers.given(
    'AP_PUBLISH_INVALID_FLOWS',
    flag,
    false,
    'Whether flows with incomplete steps may be published. Their triggers must still be complete to be enabled.',
  ),
  eventDestinationTimeoutSeconds: triggers.given(
    'AP_EVENT_DESTINATION_TIMEOUT_SECONDS',
    wholeNumber(1, DAY_SECONDS),
    10,
    'Longest time that an event destination may take to answer.',
  ),
  eventDestinationsAllowHttp: triggers.given(
    'AP_EVENT_DESTINATIONS_ALLOW_HTTP',
    flag,
    false,
    'Whether event destinations may have addresses that begin with `http://`. Their events can be read on the way.',
  ),

  maxFileSizeMb: files.given(
    'AP_MAX_FILE_SIZE_MB',
    wholeNumber(1, LONGEST_TEXT_MB),
    25,
    'Largest file that a step or a trigger may store, and that an author may upload into a field.',
  ),
  maxFlowRunLogSizeMb: files.given(
    'AP_MAX_FLOW_RUN_LOG_SIZE_MB',
    wholeNumber(1, LONGEST_TEXT_MB),
    50,
    'Largest sum of the inputs and outputs of a run.',
  ),
  flowRunLogSliceThresholdKb: files.given(
    'AP_FLOW_RUN_LOG_SLICE_THRESHOLD_KB',
    wholeNumber(1, LONGEST_TEXT_MB * 1024),
    32,
    'Outputs above this size are stored separately from the log of the run.',
  ),
  flowRunLogInputTruncateThresholdKb: files.given(
    'AP_FLOW_RUN_LOG_INPUT_TRUNCATE_THRESHOLD_KB',
    wholeNumber(1, LONGEST_TEXT_MB * 1024),
    2,
    'Inputs above this size are replaced by a placeholder in the log.',
  ),
  fileStorageLocation: files.given('AP_FILE_STORAGE_LOCATION', oneOf(['DB', 'S3']), 'DB', 'Where files are kept.'),
  s3AccessKeyId: files.optional(
    'AP_S3_ACCESS_KEY_ID',
    text,
    'Access key of the S3 bucket, unless `AP_S3_USE_IRSA` is `true`.',
  ),
  s3SecretAccessKey: files.optional('AP_S3_SECRET_ACCESS_KEY', text, 'Secret of the access key.', { secret: true }),
  s3Bucket: files.optional('AP_S3_BUCKET', text, 'Name of the bucket.'),
  s3Endpoint: files.optional('AP_S3_ENDPOINT', httpUrl, 'Address of the S3 service, when it is not Amazon’s.', {
    fallbacks: ['AWS_ENDPOINT_URL'],
  }),
  s3Region: files.optional('AP_S3_REGION', text, 'Region of the bucket.', { fallbacks: ['AWS_REGION'] }),
  s3UseSignedUrls: files.given(
    'AP_S3_USE_SIGNED_URLS',
    flag,
    false,
    'Send clients to the bucket with signed URLs instead of passing files through the server.',
  ),
  s3UseIrsa: files.given(
    'AP_S3_USE_IRSA',
    flag,
    false,
    'Take the credentials from the role of the Kubernetes service account.',
  ),

  piecesSyncMode: pieces.given(
    'AP_PIECES_SYNC_MODE',
    oneOf(['OFFICIAL_AUTO', 'NONE']),
    'OFFICIAL_AUTO',
    'Whether the catalogue of published pieces is refreshed automatically, hourly, from `AP_PIECES_REGISTRY_URL`.',
  ),
  piecesRegistryUrl: pieces.optional(
    'AP_PIECES_REGISTRY_URL',
    httpUrl,
    'Address of the piece API from which published pieces are taken, for example `https://example.com/api/v1/pieces`: any server of this kind has one. Without it pieces are installed by hand.',
  ),
  npmRegistryUrl: pieces.given(
    'npm_config_registry',
    httpUrl,
    'https://registry.npmjs.org/',
    'Where the builder looks for pieces that are not installed. npm reads the same variable, so pieces are installed from there, too; `npm start` sets it when a `.npmrc` names another registry. The search sends no credentials.',
  ),
  piecesCacheMaxEntries: pieces.given(
    'AP_PIECES_CACHE_MAX_ENTRIES',
    wholeNumber(1, 100_000),
    1000,
    'Entries of the cache of piece metadata.',
  ),
  devPieces: pieces.given(
    'AP_DEV_PIECES',
    list,
    [],
    'Short names of pieces under development: they are compiled from their folders and loaded again at every change.',
  ),
  customPiecesPaths: pieces.given(
    'AP_CUSTOM_PIECES_PATHS',
    list,
    [],
    'Folders that are searched for the pieces of `AP_DEV_PIECES` before `pieces` and `packages/pieces`.',
  ),
  loadTranslationsForDevPieces: pieces.given(
    'AP_LOAD_TRANSLATIONS_FOR_DEV_PIECES',
    flag,
    false,
    'Load the translations of the pieces of `AP_DEV_PIECES`.',
  ),
  templatesSourceUrl: pieces.optional('AP_TEMPLATES_SOURCE_URL', httpUrl, 'Address of a catalogue of templates.', {
    awaits: 'the gallery of templates',
  }),

  projectRateLimiterEnabled: limits.given(
    'AP_PROJECT_RATE_LIMITER_ENABLED',
    flag,
    true,
    'Whether the runs of one project are limited in number.',
  ),
  defaultConcurrentJobsLimit: limits.given(
    'AP_DEFAULT_CONCURRENT_JOBS_LIMIT',
    wholeNumber(1, 1_000_000),
    5,
    'Runs that one project may have at a time, unless the project has its own limit.',
    { aliases: [{ env: 'AP_MAX_CONCURRENT_JOBS_PER_PROJECT' }] },
  ),
  maxRecordsPerTable: limits.given(
    'AP_MAX_RECORDS_PER_TABLE',
    wholeNumber(1, LARGEST_INTEGER),
    10_000,
    'Largest number of records in a table.',
    {
      awaits: 'tables',
    },
  ),
  maxFieldsPerTable: limits.given(
    'AP_MAX_FIELDS_PER_TABLE',
    wholeNumber(1, LARGEST_INTEGER),
    100,
    'Largest number of fields in a table.',
    {
      awaits: 'tables',
    },
  ),
  maxTablesPerProject: limits.given(
    'AP_MAX_TABLES_PER_PROJECT',
    wholeNumber(1, LARGEST_INTEGER),
    20,
    'Largest number of tables in a project.',
    {
      awaits: 'tables',
    },
  ),
  maxMcpsPerProject: limits.given(
    'AP_MAX_MCPS_PER_PROJECT',
    wholeNumber(1, LARGEST_INTEGER),
    20,
    'Largest number of MCP servers in a project.',
    {
      awaits: 'MCP servers',
    },
  ),
  issueArchiveDays: limits.given(
    'AP_ISSUE_ARCHIVE_DAYS',
    wholeNumber(1, CENTURY_DAYS),
    14,
    'Days after which an issue without news is archived.',
  ),
  alertDigestMinutes: limits.given(
    'AP_ALERT_DIGEST_MINUTES',
    wholeNumber(1, 10_080),
    60,
    'Minutes after an alert about a failure in which further failures of its kind are collected for one message.',
  ),
  alertCheckSeconds: limits.given(
    'AP_ALERT_CHECK_SECONDS',
    wholeNumber(1, 3600),
    60,
    'Seconds between two looks for flows that did not run, and for collected failures.',
  ),

  smtpHost: email.optional(
    'AP_SMTP_HOST',
    text,
    'Host of the mail server. Mail is sent only when host, port, user name and password are all set; else links and codes are shown to administrators.',
  ),
  smtpPort: email.optional(
    'AP_SMTP_PORT',
    wholeNumber(1, 65_535),
    'Port of the mail server: 465 begins with TLS, others change to it where the server can.',
  ),
  smtpUsername: email.optional('AP_SMTP_USERNAME', text, 'User of the mail server.'),
  smtpPassword: email.optional('AP_SMTP_PASSWORD', text, 'Password of the user.', { secret: true }),
  smtpSenderEmail: email.optional(
    'AP_SMTP_SENDER_EMAIL',
    text,
    'Address that mail is sent from; without it, the user name.',
  ),
  smtpSenderName: email.optional('AP_SMTP_SENDER_NAME', text, 'Name that mail is sent from.'),

  otelEnabled: observability.given(
    'AP_OTEL_ENABLED',
    flag,
    false,
    'Export traces; `OTEL_EXPORTER_OTLP_ENDPOINT` must be set too.',
  ),
  otelEndpoint: observability.optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    httpUrl,
    'Address of the OTLP collector. `OTEL_EXPORTER_OTLP_HEADERS` and the other standard variables work, too.',
  ),
  otelProtocol: observability.given(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    oneOf(['http/protobuf', 'http/json']),
    'http/protobuf',
    'Protocol of the trace exporter.',
  ),
  otelServiceName: observability.given('OTEL_SERVICE_NAME', text, 'piecework', 'Name of this service in traces.'),
  metricsToken: observability.optional(
    'AP_METRICS_TOKEN',
    textOfAtLeast(16),
    'Bearer token for `/metrics`. Without it metrics can be read from the same machine only.',
    { secret: true },
  ),

  edition: ignored.optional('AP_EDITION', text, 'There is one edition.'),
  piecesSource: ignored.given(
    'AP_PIECES_SOURCE',
    oneOf(['CLOUD_AND_DB', 'DB', 'FILE']),
    'CLOUD_AND_DB',
    'Pieces are always those that are built in, installed, or under development (`AP_DEV_PIECES`).',
  ),
  redisFailedJobRetentionDays: ignored.given(
    'AP_REDIS_FAILED_JOB_RETENTION_DAYS',
    wholeNumber(0, LARGEST_INTEGER),
    30,
    'Redis holds no failed jobs: failed runs are in the database, as long as other runs.',
  ),
  redisFailedJobRetentionMaxCount: ignored.given(
    'AP_REDIS_FAILED_JOB_RETENTION_MAX_COUNT',
    wholeNumber(0, LARGEST_INTEGER),
    2000,
    'As `AP_REDIS_FAILED_JOB_RETENTION_DAYS`.',
  ),
  cloudAuthEnabled: ignored.given(
    'AP_CLOUD_AUTH_ENABLED',
    flag,
    false,
    'There are no OAuth2 apps that are managed elsewhere: register apps of the platform.',
  ),
  telemetryEnabled: ignored.given('AP_TELEMETRY_ENABLED', flag, false, 'Nothing is collected or sent.'),
  canaryPlatformIds: ignored.optional('AP_CANARY_PLATFORM_IDS', text, 'Use `AP_WORKER_GROUP_ID`.'),
  canaryAppUrl: ignored.optional('AP_CANARY_APP_URL', text, 'Use a load balancer.'),
} as const

/** The values of the environment, by the name of the setting. */
export type Values = {
  -readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends {
    kind: { schema: { _output: infer T } }
    default: infer D
  }
    ? D extends undefined
      ? T | undefined
      : T
    : never
}
