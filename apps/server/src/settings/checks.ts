import { SETTINGS, type Values } from './table.ts'

export interface Problem {
  /** Name of the environment variable. */
  env: string
  /** Completes a sentence that begins with the name of the setting. */
  message: string
}

type Name = keyof typeof SETTINGS

/** Variables that hold secrets of the server, and those that change how every engine starts. */
const SECRETS: ReadonlySet<string> = new Set([
  ...Object.values(SETTINGS).flatMap(({ env, secret }) => (secret ? env : [])),
  'NODE_OPTIONS',
])

/** Fills in the defaults that depend on other settings, and checks how settings fit together. */
export function completeSettings(
  values: Values,
  explicit: ReadonlySet<string>,
): { completed: Values; problems: Problem[] } {
  const given = (name: Name): boolean => explicit.has(name)
  const completed = { ...values }
  if (!given('dbType') && (given('postgresUrl') || given('postgresHost'))) completed.dbType = 'POSTGRES'
  // No other process can use an embedded database.
  if (!given('stopDelaySeconds') && completed.dbType !== 'POSTGRES') completed.stopDelaySeconds = 0
  if (!given('redisType')) {
    if (given('redisSentinelHosts')) completed.redisType = 'SENTINEL'
    else if (given('redisUrl') || given('redisHost')) completed.redisType = 'STANDALONE'
  }
  if (!given('queueUiEnabled')) {
    completed.queueUiEnabled = given('queueUiUsername') && given('queueUiPassword')
  }
  if (!given('pausedFlowTimeoutDays')) {
    completed.pausedFlowTimeoutDays = Math.min(values.pausedFlowTimeoutDays, values.executionDataRetentionDays)
  }
  return { completed, problems: findConflicts(completed, given) }
}

function findConflicts(settings: Values, given: (name: Name) => boolean): Problem[] {
  const problems: Problem[] = []
  const conflict = (name: Name, message: string) => problems.push({ env: SETTINGS[name].env, message })
  const require = (name: Name, why: string) => {
    if (!given(name)) conflict(name, `must be set, because ${why}`)
  }
  const kept = settings.sandboxPropagatedEnvVars.filter((env) => SECRETS.has(env))
  if (kept.length > 0) conflict('sandboxPropagatedEnvVars', `must not name ${kept.join(', ')}: user code would see it`)
  if (settings.containerType === 'WORKER') {
    require('workerToken', 'AP_CONTAINER_TYPE is WORKER')
    require('frontendUrl', 'AP_CONTAINER_TYPE is WORKER')
    // The worker does not use the other settings; a file of settings that apps and workers share may hold only some of
    // them.
    return problems
  }
  if (settings.dbType === 'POSTGRES' && !given('postgresUrl')) {
    const why = 'AP_DB_TYPE is POSTGRES and AP_POSTGRES_URL is not set'
    for (const name of ['postgresHost', 'postgresDatabase', 'postgresUsername'] as const) require(name, why)
  }
  if (settings.redisType === 'STANDALONE' && !given('redisUrl')) {
    require('redisHost', 'AP_REDIS_TYPE is STANDALONE and AP_REDIS_URL is not set')
  }
  if (settings.redisType === 'SENTINEL') {
    require('redisSentinelHosts', 'AP_REDIS_TYPE is SENTINEL')
    require('redisSentinelName', 'AP_REDIS_TYPE is SENTINEL')
  }
  if (settings.queueUiEnabled) {
    require('queueUiUsername', 'AP_QUEUE_UI_ENABLED is true')
    require('queueUiPassword', 'AP_QUEUE_UI_ENABLED is true')
  }
  if (settings.pausedFlowTimeoutDays > settings.executionDataRetentionDays) {
    conflict(
      'pausedFlowTimeoutDays',
      `(${settings.pausedFlowTimeoutDays}) must not be more than AP_EXECUTION_DATA_RETENTION_DAYS (${settings.executionDataRetentionDays}), because a paused run needs its data`,
    )
  }
  if (settings.fileStorageLocation === 'S3') {
    const why = 'AP_FILE_STORAGE_LOCATION is S3'
    require('s3Bucket', why)
    require('s3Region', why)
    if (!settings.s3UseIrsa) {
      require('s3AccessKeyId', `${why} and AP_S3_USE_IRSA is not true`)
      require('s3SecretAccessKey', `${why} and AP_S3_USE_IRSA is not true`)
    }
  }
  return problems
}
