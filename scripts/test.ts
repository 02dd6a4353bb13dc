import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'

/**
 * `npm test`: brings up the servers that the tests need, runs Vitest with the given arguments, stops what it started
 * and ends with one plain line of counts.
 */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'piecework-services-'))
const report = join(folder, 'report.json')
// The server keeps its compiled code there, too: see apps/server/src/main.ts.
const NODE_COMPILE_CACHE = join(root, 'node_modules/.cache/compiled')

function services(action: 'start' | 'stop'): string {
  const { status, stdout } = spawnSync('bash', [join(root, 'scripts/services.sh'), action, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`The servers for the tests did not ${action}`)
  return stdout
}

async function main(): Promise<number> {
  const environment = Object.fromEntries(
    services('start')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const vitest = spawn(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit', env: { ...process.env, AP_WEB_BUILD: 'false', NODE_COMPILE_CACHE, ...environment } },
  )
  // When the tests are interrupted, this process waits for them, so that the servers are stopped.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal))
  const code = await new Promise<number>((resolve, reject) => {
    vitest.on('error', reject)
    vitest.on('close', (status) => resolve(status ?? 1))
  })
  process.stdout.write(`\n${summary(code)}\n`)
  return code
}

/** The tests that passed at their second try only, with why the first failed: each is to be mended. */
const unsteady = ({ testResults }: z.infer<typeof Report>): string[] =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && failureMessages?.length)
      .map(
        ({ fullName, failureMessages }) => `unsteady: ${relative(root, name)}: ${fullName}: ${failureMessages?.[0]}\n`,
      ),
  )

function summary(code: number): string {
  try {
    const whole = Report.parse(JSON.parse(readFileSync(report, 'utf8')))
    const { numPassedTests, numFailedTests } = whole
    // A file that does not load, or an error outside of a test, fails the run although no test failed.
    const failed = code === 0 ? numFailedTests : Math.max(numFailedTests, 1)
    return `${unsteady(whole).join('')}${numPassedTests} passed, ${failed} failed`
  } catch {
    return '0 passed, 1 failed'
  }
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
