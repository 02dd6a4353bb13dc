import type { Settings } from '../settings.ts'
import type { DatabaseOptions, PostgresConnection } from './open.ts'

/** The database that the settings name. */
export function databaseOptions(settings: Settings): DatabaseOptions {
  if (settings.dbType === 'PGLITE')
    return { type: 'PGLITE', dataDir: settings.databaseFolder, fsync: settings.pgliteFsync }
  return {
    type: 'POSTGRES',
    ...postgresConnection(settings),
    poolSize: settings.postgresPoolSize,
    idleTimeoutMs: settings.postgresIdleTimeoutMs,
  }
}

/** How to reach PostgreSQL, when that is the database. */
export function postgresConnection(settings: Settings): PostgresConnection {
  const {
    postgresUrl,
    postgresHost = '',
    postgresUsername = '',
    postgresPassword = '',
    postgresDatabase = '',
  } = settings
  return {
    connection: postgresUrl ?? {
      host: postgresHost,
      port: settings.postgresPort,
      user: postgresUsername,
      password: postgresPassword,
      database: postgresDatabase,
    },
    ssl: settings.postgresSslCa === undefined ? settings.postgresUseSsl : { ca: settings.postgresSslCa },
  }
}
