import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { newId } from '@piecework/model/ids'
import { createTokens } from '../access/tokens.ts'

const USAGE = `Makes the token with which a separate worker connects to the app.

  npm run workers token                                       asks for the secret
  npm run --silent workers token -- --secret <AP_JWT_SECRET>  prints the token and nothing else
`

/** Asks without showing what is typed. @returns nothing when the input ends, or Ctrl-C is pressed. */
async function askSecret(): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: process.stdin.isTTY })
  // Only now does the terminal keep quiet.
  process.stderr.write('AP_JWT_SECRET of the app: ')
  const { value } = await lines[Symbol.asyncIterator]().next()
  lines.close()
  process.stderr.write('\n')
  return value
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { secret: { type: 'string' } }, allowPositionals: true })
  if (positionals[0] !== 'token') {
    process.stderr.write(USAGE)
    process.exitCode = 1
    return
  }
  const secret = (values.secret ?? (await askSecret()))?.trim()
  if (!secret) {
    process.stderr.write('No secret was given: use the AP_JWT_SECRET of the app, which signs the token.\n')
    process.exitCode = 1
    return
  }
  if (secret.length < 32) {
    process.stderr.write('The secret is too short: an AP_JWT_SECRET has at least 32 characters.\n')
    process.exitCode = 1
    return
  }
  process.stdout.write(`${await createTokens(secret).worker({ id: newId() })}\n`)
}

await main()
