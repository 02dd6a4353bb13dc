import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createTokens } from '../access/tokens.ts'

const COMMAND = new URL('./workers.ts', import.meta.url).pathname
const SECRET = 'the secret that apps and workers share'

/** Runs the command; `type` is what is written to it once it asks. */
async function run(command: string[], type = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [program = '', ...args] = command
  const child = spawn(program, args)
  let stdout = ''
  let stderr = ''
  const asked = () => {
    if (type === '' || !/AP_JWT_SECRET of the app/.test(stdout + stderr)) return
    child.stdin.write(type)
    type = ''
  }
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
    asked()
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
    asked()
  })
  if (type === '') child.stdin.end()
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

const inTerminal = (type: string) =>
  run(['script', '-qec', `"${process.execPath}" "${COMMAND}" token`, '/dev/null'], type)
const isWorkerToken = async (token: string) => (await createTokens(SECRET).verify(token)).type === 'WORKER'

test('asks for the secret without showing it, and prints the token', async () => {
  const { code, stdout } = await inTerminal(`${SECRET}\r`)
  expect(code).toBe(0)
  expect(stdout).not.toContain(SECRET)
  expect(await isWorkerToken(/^ey\S+/m.exec(stdout)?.[0] ?? '')).toBe(true)
})

test('Ctrl-C and an end of input make no token, and say why', async () => {
  for (const ended of [await inTerminal('\u0003'), await run([process.execPath, COMMAND, 'token'])]) {
    expect(ended.code).toBe(1)
    expect(ended.stdout + ended.stderr).toContain('No secret was given')
  }
})

test('takes the secret from an argument or a pipe, and prints the token and nothing else', async () => {
  const given = await run([process.execPath, COMMAND, 'token', '--secret', SECRET])
  expect(given).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^ey\S+\n$/) })
  expect(await isWorkerToken(given.stdout.trim())).toBe(true)
  const piped = await run(['sh', '-c', `printf '%s' "${SECRET}" | "${process.execPath}" "${COMMAND}" token`])
  expect(await isWorkerToken(piped.stdout.trim())).toBe(true)
})
