import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The piece in `samples` uses the whole documented SDK, and says which types it expects. It must compile against ours
// and against the published one, whichever it imports.

const OWN_NAME = '@piecework/framework'
const samples = fileURLToPath(new URL('../samples', import.meta.url))
const root = fileURLToPath(new URL('../../../', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const run = promisify(execFile)

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samples-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** @returns what the compiler has to say against a copy of the samples */
async function complaints(name: string, paths: Record<string, string[]>, change = (text: string) => text) {
  const copy = join(folder, name)
  await cp(samples, copy, { recursive: true })
  for (const entry of await readdir(copy, { recursive: true })) {
    if (!entry.endsWith('.ts')) continue
    const file = join(copy, entry)
    await writeFile(file, change(await readFile(file, 'utf8')))
  }
  const compilerOptions = {
    paths: { zod: [join(root, 'node_modules/zod')], ...paths },
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const config = { extends: join(samples, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'] }
  await writeFile(join(copy, 'tsconfig.json'), JSON.stringify(config))
  return run(tsc, ['-p', copy, '--checkers', '1']).then(
    () => '',
    (error: { stdout?: string }) => error.stdout ?? String(error),
  )
}

const ours = [join(root, 'packages/framework/src/index.ts')]

test('a piece with the published imports compiles against our SDK', async () => {
  expect(await complaints('by-alias', { '@activepieces/*': ours })).toBe('')
})

test('it does so when its imports name our SDK', async () => {
  const rename = (text: string) => text.replaceAll(/@activepieces\/(pieces-framework|pieces-common|shared)/g, OWN_NAME)
  expect(await complaints('by-name', { [OWN_NAME]: ours }, rename)).toBe('')
})

test('the same piece compiles against the published SDK', { timeout: 300_000 }, async () => {
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // Brings along the frameworks of its own version.
  await run('npm', ['install', ...flags, '@activepieces/pieces-common@0.12.3'], { cwd: folder })
  const modules = join(folder, 'node_modules')
  const paths = { '@activepieces/*': [join(modules, '@activepieces/*')], zod: [join(modules, 'zod')] }
  expect(await complaints('published', paths)).toBe('')
})

test('a wrong use is an error, and not any', async () => {
  const misuse = (text: string) =>
    text.replace('auth.props.port,\n', 'auth.props.prt,\n').replace('propsValue.json', 'propsValue.jsno')
  const found = await complaints('wrong', { '@activepieces/*': ours }, misuse)
  expect(found).toMatch(
    /Property 'prt' does not exist[\s\S]*Property 'jsno' does not exist|Property 'jsno'[\s\S]*Property 'prt'/,
  )
})
