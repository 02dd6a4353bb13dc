import { parseArgs } from 'node:util'
import { migrations } from '../database/migrations/index.ts'
import { connectDatabase, requireDatabase } from '../database/open.ts'
import { databaseOptions } from '../database/options.ts'
import { migrateDown, RollbackError } from '../database/rollback.ts'
import { loadSettings, SettingsError } from '../settings.ts'
import { StartError } from '../start-error.ts'

const USAGE = `Rolls the database back to the schema of an older release. Stop every app first, and make a backup.

  npm run rollback -- --to 0.1.0            refuses where data may be lost
  npm run rollback -- --to 0.1.0 --force    also reverts breaking migrations
`

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { to: { type: 'string' }, force: { type: 'boolean', default: false } } })
  if (values.to === undefined) throw new RollbackError(USAGE)
  const options = databaseOptions(loadSettings(process.env).settings)
  const db = connectDatabase(options)
  try {
    await requireDatabase(db, options)
    const names = await migrateDown(db, migrations, { to: values.to, force: values.force })
    process.stdout.write(
      names.length === 0
        ? `The database is on release ${values.to} or older already.\n`
        : `Reverted: ${names.join(', ')}. Now start release ${values.to}.\n`,
    )
  } finally {
    await db.destroy()
  }
}

main().catch((error: unknown) => {
  const expected = error instanceof RollbackError || error instanceof SettingsError || error instanceof StartError
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
})
