#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { type Asker, createAsker } from './ask.ts'
import { COMMANDS, type Input } from './commands.ts'

const usageOf = (words: string): string => `  ${words} ${COMMANDS[words]?.usage}\n      ${COMMANDS[words]?.summary}`

const USAGE = `Creates, builds and installs pieces; takes flows away as programs, and brings them back.

${Object.keys(COMMANDS).map(usageOf).join('\n')}

With npm, put flags after two hyphens: npm run cli -- pieces create my-app --type custom. The commands ask for missing values. Pieces are found in the folder 'pieces' (--root <folder>), by their path or the
name of their folder. The API key may be set in AP_API_KEY.
`

const text = { type: 'string' } as const
const options = {
  piece: text,
  name: text,
  description: text,
  'package-name': text,
  type: text,
  technique: text,
  'api-url': text,
  'api-key': text,
  // The form that existing scripts use.
  apiUrl: text,
  flow: text,
  project: text,
  root: { type: 'string', default: 'pieces' },
  external: { type: 'string', multiple: true, default: [] as string[] },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const

function readInput(args: string[], asker: Asker): { command: string; help: boolean; input: Input } {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const given: Record<string, unknown> = { 'api-key': process.env.AP_API_KEY, 'api-url': values.apiUrl, ...values }
  const flagText = (flag: string): string | undefined => {
    const value = given[flag]
    return typeof value === 'string' ? value : undefined
  }
  // A command has one word or two.
  const count = Object.hasOwn(COMMANDS, positionals[0] ?? '') ? 1 : 2
  const input: Input = {
    words: positionals.slice(count),
    root: values.root,
    external: values.external,
    dryRun: values['dry-run'],
    given: flagText,
    async answer(flag, question) {
      const answer = flagText(flag) ?? (await asker.ask(question))
      if (answer === '' && question.fallback === undefined) throw new Error(`--${flag} must not be empty`)
      if (question.choices && !question.choices.includes(answer))
        throw new Error(`--${flag} must be ${question.choices.join(' or ')}, not '${answer}'`)
      return answer
    },
  }
  return { command: positionals.slice(0, count).join(' '), help: values.help, input }
}

async function main(): Promise<void> {
  const asker = createAsker(process.stdin, process.stderr)
  try {
    const { command, help, input } = readInput(process.argv.slice(2), asker)
    const found = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
    if (help) process.stdout.write(found ? `${usageOf(command)}\n` : USAGE)
    else if (found) process.stdout.write(`${await found.run(input)}\n`)
    else throw new Error(`${command === '' ? 'No command' : `Unknown command '${command}'`}\n\n${USAGE}`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  } finally {
    asker.close()
  }
}

await main()
