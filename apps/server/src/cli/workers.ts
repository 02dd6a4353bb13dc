import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { newId } from '@piecework/model/ids'
import { createTokens } from '../http/tokens.ts'

const USAGE = `Makes the token with which a separate worker connects to the app.

  npm run workers token                                       asks for the secret
  npm run --silent workers token -- --secret <AP_JWT_SECRET>  prints the token and nothing else
`

/** Asks without showing what is typed. */
async function askSecret(): Promise<string> {
  process.stderr.write('AP_JWT_SECRET of the app: ')
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: process.stdin.isTTY })
  const answer = await lines.question('')
  lines.close()
  process.stderr.write('\n')
  return answer
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { secret: { type: 'string' } }, allowPositionals: true })
  if (positionals[0] !== 'token') {
    process.stderr.write(USAGE)
    process.exitCode = 1
    return
  }
  const secret = (values.secret ?? (await askSecret())).trim()
  if (secret === '') {
    process.stderr.write('The secret must not be empty.\n')
    process.exitCode = 1
    return
  }
  process.stdout.write(`${await createTokens(secret).worker({ id: newId() })}\n`)
}

await main()
