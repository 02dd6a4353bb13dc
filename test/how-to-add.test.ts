import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { signIn } from './support/client.ts'
import { startServer, temporaryFolder } from './support/process.ts'

const ROOT = join(import.meta.dirname, '..')
const OURS = ['apps', 'packages', 'pieces', 'scripts', 'docs']
const MOST_ADDED = 9

/** The blocks of the chapter, by the heading above each. */
async function recipes(): Promise<{ name: string; lines: string[] }[]> {
  const page = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8')
  const chapter = page.slice(page.indexOf('\n## How to add something'))
  return [...chapter.matchAll(/```diff\n(.*?)```/gs)].map(({ index, 1: block = '' }) => ({
    name: [...chapter.slice(0, index).matchAll(/^### (.*)$/gm)].at(-1)?.[1] ?? '',
    lines: block.trimEnd().split('\n'),
  }))
}

/** A copy of the repository that has its own packages, and our libraries. */
async function copyOfRepository(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-how-to-'))
  for (const name of OURS)
    await cp(join(ROOT, name), join(root, name), {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist|apps\/cli)$/.test(path) && !path.endsWith('.test.ts'),
    })
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json'])
    await cp(join(ROOT, name), join(root, name))
  await mkdir(join(root, 'node_modules'))
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name === '@piecework')
      await cp(join(ROOT, 'node_modules', name), join(root, 'node_modules', name), {
        recursive: true,
        verbatimSymlinks: true,
      })
    else await symlink(join(ROOT, 'node_modules', name), join(root, 'node_modules', name))
  return root
}

/** Does what a block says, line by line. */
async function apply(root: string, lines: readonly string[]): Promise<void> {
  for (const section of lines.join('\n').split(/^--- /m).slice(1)) {
    const [path = '', ...steps] = section.trimEnd().split('\n')
    const file = join(root, path)
    const text = await readFile(file, 'utf8').catch(() => '')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, changed(text.split('\n'), steps, path).join('\n'))
  }
}

function changed(original: readonly string[], steps: readonly string[], path: string): string[] {
  const lines = [...original]
  let at: number | undefined
  const added: string[] = []
  const place = (index: number): number => {
    lines.splice(index, 0, ...added)
    return index + added.splice(0).length
  }
  for (const step of steps) {
    const text = step.slice(1)
    if (step.startsWith('+')) {
      if (at === undefined) added.push(text)
      else lines.splice(at++, 0, text)
      continue
    }
    const found = lines.indexOf(text)
    expect(found, `${path} has the line ${text}`).toBeGreaterThanOrEqual(0)
    const index = place(found)
    if (step.startsWith('-')) lines.splice(index, 1)
    at = step.startsWith('-') ? index : index + 1
  }
  if (added.length > 0) lines.unshift(...added)
  return lines
}

/** Prints what the browser app makes of the new kind of step. */
const SHOWS_NOTE = `
  const { BUILT_IN, newBuiltIn, shownKindOf } = await import('./apps/web/src/builder/steps/kinds/registry.ts')
  const t = (key) => key
  const step = { type: 'NOTE', settings: { text: 'for Ada' } }
  const line = shownKindOf(step).summary(step, { pieces: new Map(), t })
  console.log(JSON.stringify({ isOffered: BUILT_IN.includes('NOTE'), action: newBuiltIn('NOTE', 'step_1', t), line }))
`

/** The number of lines that the code grows by, without imports. */
const addedBy = (lines: readonly string[]): number =>
  lines.filter((line) => line.startsWith('+') && !line.startsWith('+import ')).length -
  lines.filter((line) => line.startsWith('-') && !line.startsWith('---')).length

test('a permission, an endpoint, a feature, a step kind and a piece trait are added as the page says', async () => {
  const all = await recipes()
  expect(new Set(all.map(({ name }) => name))).toEqual(
    new Set(['A permission', 'An endpoint', 'A feature', 'A step kind', 'A piece trait']),
  )
  for (const { name, lines } of all) expect(addedBy(lines), name).toBeLessThanOrEqual(MOST_ADDED)

  const root = await copyOfRepository()
  const folder = await temporaryFolder()
  let abort = async (): Promise<void> => {}
  try {
    for (const { lines } of all) await apply(root, lines)
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: unknown) => {
        throw new Error(`${args.join(' ')}: ${Object(error).stdout}${Object(error).stderr}`)
      })
    await run('scripts/docs.ts')
    await run('pieces/scripts/catalogue.ts')
    const config = {
      extends: './tsconfig.json',
      include: [],
      files: [
        'apps/server/src/main.ts',
        'packages/sdk/src/index.ts',
        'packages/engine/src/main.ts',
        'pieces/registry.ts',
      ],
    }
    await writeFile(join(root, 'tsconfig.server.json'), JSON.stringify(config))
    await run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.server.json', '--checkers', '1')
    await writeFile(
      join(root, 'apps/web/tsconfig.pages.json'),
      JSON.stringify({ extends: './tsconfig.json', include: ['src/**/*.ts', 'src/**/*.tsx'] }),
    )
    await run('node_modules/typescript/bin/tsc', '-p', 'apps/web/tsconfig.pages.json', '--checkers', '1')
    // The picker of the builder offers the step, and the card shows its line.
    expect(JSON.parse((await run('--input-type=module', '--eval', SHOWS_NOTE)).stdout)).toEqual({
      isOffered: true,
      action: { type: 'NOTE', name: 'step_1', displayName: 'kind.NOTE', valid: false, settings: { text: '' } },
      line: 'for Ada',
    })

    const server = await startServer(folder.path, {}, [], join(root, 'apps/server/src/main.ts'))
    abort = () => server.kill()
    const client = await signIn(server.base)
    const get = async (path: string): Promise<unknown> => {
      const answer = await fetch(server.base + path, { headers: { authorization: `Bearer ${client.token}` } })
      expect(answer.status, path).toBe(200)
      return answer.json()
    }
    // The feature serves the endpoint to those who have the permission.
    expect(await get(`/v1/greetings?projectId=${client.projectId}`)).toEqual({ greeting: `Hello, ${client.projectId}` })
    expect((await fetch(`${server.base}/v1/greetings?projectId=${client.projectId}`)).status).toBe(401)
    const roles = JSON.stringify(await get('/v1/project-roles'))
    expect(roles.match(/"READ_GREETING"/g)).toHaveLength(4)
    // A run takes the step.
    const note = { type: 'NOTE', name: 'step_1', displayName: 'Note', settings: { text: 'for {{trigger.body.name}}' } }
    const flowId = await client.liveFlow([note])
    const call = await fetch(`${server.base}/v1/webhooks/${flowId}?name=Ada`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Ada"}',
    })
    expect(call.status).toBe(200)
    await expect.poll(async () => (await client.runs({ flowId: [flowId], status: ['SUCCEEDED'] })).data.length).toBe(1)
    const {
      data: [done],
    } = await client.runs({ flowId: [flowId] })
    expect((await client.run(done?.id ?? '')).steps?.step_1).toMatchObject({
      type: 'NOTE',
      output: { text: 'for Ada' },
    })
    // The catalogue knows the trait.
    expect(await get('/v1/pieces/@activepieces/piece-approval')).toMatchObject({
      actions: { create_approval_links: { takesLong: true } },
    })
    abort = async () => {}
    expect(await server.stop()).toBe(0)
  } finally {
    await abort()
    await folder.remove()
    await rm(root, { recursive: true, force: true })
  }
}, 300_000)
