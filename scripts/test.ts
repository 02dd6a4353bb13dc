import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'

/**
 * `npm test`: brings up the servers that the tests need, runs Vitest with the given arguments, gives the files that
 * failed a second try one by one when the machine has nothing else to do, stops what it started and ends with one plain
 * line of counts. Each test that needed its second try is named: it is to be mended.
 */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'piecework-services-'))
// The server keeps its compiled code there, too: see apps/server/src/main.ts.
const NODE_COMPILE_CACHE = join(root, 'node_modules/.cache/compiled')
/** More files than these failed for a reason that no second try mends. */
const MOST_TRIED_AGAIN = 20

type Report = z.infer<typeof Report>

function services(action: 'start' | 'stop'): string {
  const { status, stdout } = spawnSync('bash', [join(root, 'scripts/services.sh'), action, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`The servers for the tests did not ${action}`)
  return stdout
}

/** @returns the exit code, and what happened in each file, if Vitest got so far */
async function vitest(name: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const file = join(folder, `${name}.json`)
  const child = spawn(join(root, 'node_modules/.bin/vitest'), [...args, `--outputFile.json=${file}`], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, AP_WEB_BUILD: 'false', NODE_COMPILE_CACHE, ...env },
  })
  // When the tests are interrupted, this process waits for them, so that the servers are stopped.
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, forward)
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, forward)
  return { code, report: readReport(file) }
}

function readReport(file: string): Report | undefined {
  try {
    return Report.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

async function main(): Promise<number> {
  const env = Object.fromEntries(
    services('start')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const args = process.argv.slice(2)
  const first = await vitest('first', ['run', ...REPORTERS, ...args], env)
  if (first.code === 0 || !first.report) return ended(first.code, first.report)
  const again = first.report.testResults.filter((file) => !isDone(file)).map(({ name }) => name)
  if (again.length === 0 || again.length > MOST_TRIED_AGAIN) return ended(first.code, first.report)
  process.stdout.write(`\nA second try, one by one:\n${again.map((name) => `  ${relative(root, name)}\n`).join('')}`)
  const second = await vitest('second', ['run', ...REPORTERS, '--no-file-parallelism', ...again], env)
  const kept = first.report.testResults.filter(({ name }) => !again.includes(name))
  return ended(second.code, second.report && { testResults: [...kept, ...second.report.testResults] }, first.report)
}

const REPORTERS = ['--reporter=default', '--reporter=json']

/** Whether the file did what it should: one whose process ended by itself has tests that are pending, or none. */
const isDone = ({ status, assertionResults }: Report['testResults'][number]): boolean =>
  status === 'passed' && assertionResults.length > 0 && assertionResults.every((test) => test.status !== 'pending')

/** The tests that passed at their second try only, with why the first failed. */
function unsteady({ testResults }: Report, first: Report): string[] {
  const passed = new Set(
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'passed').map(({ fullName }) => `${name} ${fullName}`),
    ),
  )
  return first.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ fullName, failureMessages }) => failureMessages?.length && passed.has(`${name} ${fullName}`))
      .map(
        ({ fullName, failureMessages }) => `unsteady: ${relative(root, name)}: ${fullName}: ${failureMessages?.[0]}\n`,
      ),
  )
}

/** Prints the counts. @param first what happened in the files that were tried again. @returns the exit code */
function ended(code: number, report: Report | undefined, first = report): number {
  if (!report || !first) {
    process.stdout.write('\n0 passed, 1 failed\n')
    return code || 1
  }
  const count = (wanted: string): number =>
    report.testResults.reduce(
      (sum, { assertionResults }) => sum + assertionResults.filter(({ status }) => status === wanted).length,
      0,
    )
  // A file that does not load, or an error outside of a test, fails the run although no test failed.
  const failed = code === 0 ? count('failed') : Math.max(count('failed'), 1)
  process.stdout.write(`\n${unsteady(report, first).join('')}${count('passed')} passed, ${failed} failed\n`)
  return code
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  services('stop')
  rmSync(folder, { recursive: true, force: true })
}
