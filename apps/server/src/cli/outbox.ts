import { connectDatabase, requireDatabase } from '../database/open.ts'
import { databaseOptions } from '../database/options.ts'
import {
  type DeadLetter,
  type DeadLetterChoice,
  deleteDeadLetters,
  reviveDeadLetters,
  selectDeadLetters,
} from '../outbox/dead-letter-store.ts'
import { loadSettings } from '../settings.ts'
import { readArguments, runCommand, UsageError } from './command.ts'

const USAGE = `Shows, sends again or removes events that could not be delivered, on the database of this server. Stop a server
with an embedded database first.

  npm run outbox -- list                        the dead letters, oldest first; --limit 500 shows more than 100
  npm run outbox -- retry <id> …                sends these again; apps that run begin within seconds
  npm run outbox -- retry --all
  npm run outbox -- drop <id> …                 removes these
  npm run outbox -- drop --all

--subscriber <name> narrows each command to the dead letters of one subscriber.
`
const SHOWN = 100
const MOST_SHOWN = 10_000

async function main(): Promise<void> {
  const { values, positionals } = readArguments(
    {
      options: { subscriber: { type: 'string' }, all: { type: 'boolean' }, limit: { type: 'string' } },
      allowPositionals: true,
    },
    USAGE,
  )
  const [command, ...ids] = positionals
  const work = workOf(command ?? '', { ids, ...values })
  const { settings } = loadSettings(process.env)
  const options = databaseOptions(settings)
  const db = connectDatabase(options)
  try {
    await requireDatabase(db, options)
    process.stdout.write(await work(db))
  } finally {
    await db.destroy()
  }
}

interface Call {
  ids: readonly string[]
  subscriber?: string | undefined
  all?: boolean | undefined
  limit?: string | undefined
}

/** Checks the call before the database is opened. @returns the work, which gives the text to print. */
function workOf(command: string, call: Call): (db: ReturnType<typeof connectDatabase>) => Promise<string> {
  const { subscriber, limit } = call
  if (limit !== undefined && command !== 'list') throw new UsageError(USAGE)
  switch (command) {
    case 'list': {
      if (call.ids.length > 0 || call.all) throw new UsageError(USAGE)
      const shown = limit === undefined ? SHOWN : Number(limit)
      if (!Number.isInteger(shown) || shown < 1 || shown > MOST_SHOWN)
        throw new UsageError(`--limit must be a whole number from 1 to ${MOST_SHOWN}.`)
      return async (db) => listText(await selectDeadLetters(db, { subscriber }, shown))
    }
    case 'retry': {
      const choice = choiceOf(call)
      return async (db) => `${countText(await reviveDeadLetters(db, choice))} will be sent again.\n`
    }
    case 'drop': {
      const choice = choiceOf(call)
      return async (db) => `${countText(await deleteDeadLetters(db, choice))} removed.\n`
    }
    default:
      throw new UsageError(USAGE)
  }
}

/** A call names ids or says `--all`, so that a forgotten id does not change all dead letters. */
function choiceOf({ ids, all, subscriber }: Call): DeadLetterChoice {
  if (ids.length > 0 === (all === true)) throw new UsageError(`Name ids of dead letters, or --all.\n\n${USAGE}`)
  return { subscriber, ids: all ? undefined : ids }
}

function listText({ letters, total }: { letters: readonly DeadLetter[]; total: number }): string {
  if (total === 0) return 'There are no dead letters.\n'
  const lines = letters.map(
    ({ id, subscriber, name, created, deadAt, attempt, lastError }) =>
      `${id}  ${subscriber}  ${name}\n  happened ${created}, given up ${deadAt} after ${attempt} attempts: ${lastError ?? ''}\n`,
  )
  const rest = total - letters.length
  return `${lines.join('')}${rest > 0 ? `… and ${countText(rest)} more (--limit).\n` : `${countText(total)}.\n`}`
}

const countText = (count: number): string => (count === 1 ? '1 dead letter' : `${count} dead letters`)

runCommand(main)
