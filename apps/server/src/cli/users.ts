import { Password } from '@piecework/api/password'
import { randomText } from '@piecework/model/ids'
import { systemTask } from '../access/actor.ts'
import { connectDatabase, requireDatabase } from '../database/open.ts'
import { databaseOptions } from '../database/options.ts'
import { createAuditEvents } from '../features/audit-events/service.ts'
import { setPassword } from '../features/authentication/set-password.ts'
import { createOutbox } from '../outbox/outbox.ts'
import { loadSettings } from '../settings.ts'
import { readArguments, runCommand, UsageError } from './command.ts'

const USAGE = `Sets a new password of a person, on the database of this server. Stop a server with an embedded database first.

  npm run users -- reset-password ada@example.com                       makes a password and prints it
  npm run users -- reset-password ada@example.com --password <password>

All sessions of the person end; servers that run notice within a minute.
`

async function main(): Promise<void> {
  const { values, positionals } = readArguments(
    { options: { password: { type: 'string' } }, allowPositionals: true },
    USAGE,
  )
  const [command, email] = positionals
  if (command !== 'reset-password' || email === undefined) throw new UsageError(USAGE)
  const password = values.password ?? `Aa1-${randomText(20)}`
  const checked = Password.safeParse(password)
  if (!checked.success)
    throw new UsageError(`The password ${checked.error.issues.map(({ message }) => message).join(', ')}.`)
  const { settings } = loadSettings(process.env)
  const options = databaseOptions(settings)
  const db = connectDatabase(options)
  try {
    await requireDatabase(db, options)
    const outbox = createOutbox(db)
    // The next server that starts brings the event there.
    outbox.subscribe([createAuditEvents({ db, retentionDays: settings.auditLogRetentionDays, withRuns: false }).trail])
    const isKnown = await setPassword(outbox, systemTask('reset of a password'), { email, password })
    if (!isKnown) throw new UsageError(`Nobody has the address ${email}.`)
    process.stdout.write(values.password === undefined ? `${password}\n` : 'The password is set.\n')
  } finally {
    await db.destroy()
  }
}

runCommand(main)
