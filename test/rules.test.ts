import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { findViolations } from '../scripts/rules/check.ts'
import { readSources } from '../scripts/rules/source.ts'

const roots: string[] = []
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true })
})

/** A small repository with our packages and the given files. @returns the rules that these break, by file. */
async function broken(files: Record<string, string>): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-rules-'))
  roots.push(root)
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await mkdir(join(root, 'node_modules/@piecework'), { recursive: true })
  for (const [name, folder] of Object.entries({
    model: 'packages/model',
    engine: 'packages/engine',
    pieces: 'pieces',
  })) {
    const exports = { './*': name === 'pieces' ? './*.ts' : './src/*.ts' }
    await write(`${folder}/package.json`, JSON.stringify({ name: `@piecework/${name}`, type: 'module', exports }))
    await symlink(join(root, folder), join(root, 'node_modules/@piecework', name))
  }
  await write('pieces/registry.ts', '')
  for (const [path, text] of Object.entries(files)) await write(path, text)
  return findViolations(readSources(root)).map(({ file, rule }) => `${file} ${rule}`)
}

it('lets imports go one way only, through the exports of a package', async () => {
  expect(
    await broken({
      'packages/engine/src/main.ts': `import type { Flow } from '@piecework/model/flow'\nexport type Run = Flow`,
      'packages/model/src/flow.ts': `export interface Flow { run: import('@piecework/engine/main').Run }`,
      'apps/server/src/main.ts': `import '@piecework/engine/main'; import '@piecework/model/back'; import './around.ts'`,
      'packages/model/src/back.ts': `export * from '@piecework/engine/main'\nexport const load = () => import('node:fs')`,
      'apps/server/src/around.ts': `export * from '../../../packages/model/src/flow.ts'; export * from '@piecework/model/gone'`,
    }),
  ).toEqual([
    'apps/server/src/around.ts no-way-around-exports',
    'apps/server/src/around.ts unresolvable',
    'packages/model/src/back.ts direction',
    'packages/model/src/back.ts model-without-io',
    'packages/model/src/flow.ts direction',
    'packages/model/src/flow.ts no-cycles',
  ])
})

it('keeps code of pieces out of the server, and of the worker but for the bundle', async () => {
  const load = `import '@piecework/pieces/registry'`
  expect(
    await broken({
      'apps/server/src/main.ts': load,
      'packages/worker/src/engine-entry.ts': `${load}; import './worker.ts'`,
      'packages/worker/src/worker.ts': load,
    }),
  ).toEqual([
    'apps/server/src/main.ts server-loads-no-piece-code',
    'packages/worker/src/worker.ts worker-bundles-pieces-in-one-place',
  ])
})

it('finds knots, also those of types alone', async () => {
  expect(
    await broken({
      'packages/engine/src/main.ts': `import './a.ts'`,
      'packages/engine/src/a.ts': `import type { B } from './b.ts'\nexport type A = B`,
      'packages/engine/src/b.ts': `export * from './c.ts'\nexport type B = 1`,
      'packages/engine/src/c.ts': `import type { A } from './a.ts'\nexport type C = A`,
    }),
  ).toEqual(['packages/engine/src/a.ts no-cycles'])
})

it('finds folders that import each other, at any depth; what puts rooms together may use them all', async () => {
  const server = 'apps/server/src'
  expect(
    await broken({
      [`${server}/main.ts`]: `import './queue/claim.ts'; import './features/runs/plugin.ts'`,
      [`${server}/queue/claim.ts`]: `import '../bus/send.ts'`,
      [`${server}/queue/job.ts`]: '',
      [`${server}/bus/send.ts`]: `import '../queue/job.ts'`,
      [`${server}/features/runs/plugin.ts`]: `import './starting/start.ts'; import './ending/end.ts'`,
      [`${server}/features/runs/starting/start.ts`]: `import '../store.ts'; import '../ending/end.ts'`,
      [`${server}/features/runs/ending/end.ts`]: `import '../store.ts'`,
      [`${server}/features/runs/ending/late.ts`]: `import type { T } from '../../flows/late.ts'\nexport type U = T`,
      [`${server}/features/runs/ending/end.test.ts`]: `import './late.ts'; import '../starting/start.ts'`,
      [`${server}/features/runs/store.ts`]: '',
      [`${server}/features/flows/late.ts`]: `export type T = import('../runs/ending/early.ts').V`,
      [`${server}/features/runs/ending/early.ts`]: 'export type V = 1',
    }),
  ).toEqual([`${server} no-folder-cycles`, `${server}/features no-folder-cycles`])
})

it('finds statements outside of stores, and routes outside of route files, by what a file holds', async () => {
  const server = 'apps/server/src'
  const statement = `export const all = (db) => db.selectFrom('flow').selectAll().execute()`
  const raw = 'export const now = (db, sql) => sql<{ now: Date }>`select now()`.execute(db)'
  const routes = `export const open = (app) => { app.route({ url: '/a' }); app.get('/b', () => 1); implement(app, x, y) }`
  expect(
    await broken({
      [`${server}/main.ts`]: `import './features/flows/service.ts'; import './features/flows/plugin.ts'`,
      [`${server}/features/flows/plugin.ts`]: `import './routes.ts'; import './present.ts'`,
      [`${server}/features/flows/service.ts`]: `export * from './store.ts'\n${statement}`,
      [`${server}/features/flows/present.ts`]: `import './log-store.ts'; import '../../queue/claim.ts'\n${raw}`,
      [`${server}/features/flows/store.ts`]: statement,
      [`${server}/features/flows/log-store.ts`]: raw,
      [`${server}/queue/claim.ts`]: `import '../http/serve.ts'; import '../database/restore.ts'\n${raw}`,
      [`${server}/features/flows/routes.ts`]: routes,
      [`${server}/http/serve.ts`]: `${routes}\nnew Map().get('key')`,
      [`${server}/database/restore.ts`]: `new Map().get('/path'); ${statement}`,
      [`${server}/features/flows/flows.test.ts`]: `${statement}; ${routes}`,
    }),
  ).toEqual([
    `${server}/features/flows/present.ts sql-in-stores`,
    `${server}/features/flows/service.ts sql-in-stores`,
    `${server}/http/serve.ts routes-in-route-files`,
  ])
})

it('refuses names of kinds of steps outside of their kinds', async () => {
  const model = 'packages/model/src/flow'
  expect(
    await broken({
      [`${model}/walk.ts`]: `import './kinds/loop.ts'; export const is = (type: string) => type === 'LOOP_ON_ITEMS'`,
      [`${model}/kinds/loop.ts`]: `export const type = 'LOOP_ON_ITEMS'`,
      [`${model}/kinds/loop.test.ts`]: `import '../walk.ts'`,
      [`${model}/walk.test.ts`]: `import './walk.ts'; const type: 'ROUTER' | undefined = undefined`,
    }),
  ).toEqual([`${model}/walk.ts step-kinds-in-registries`])
})

it('finds files that nothing reaches, and folders that the table does not know', async () => {
  expect(await broken({ 'packages/engine/src/left.ts': '', 'packages/new/src/index.ts': '' })).toEqual([
    'packages/new/src/index.ts unknown-package',
    'packages/engine/src/left.ts dead-file',
    'packages/new/src/index.ts dead-file',
  ])
})

it('holds the environment, long files and escapes of tests to account', async () => {
  const long = 'void 0\n'.repeat(401)
  expect(
    await broken({
      'packages/engine/src/main.ts': `import './long.ts'; import './table.ts'; const { env } = process; void env`,
      'packages/engine/src/long.ts': long,
      'packages/engine/src/table.ts': `// Longer than usual: one line for each operator, read as one.\n${long}`,
      'packages/engine/src/main.test.ts': `void process.env.HOME; it.skip('a', f); describe.concurrent.only('b', f)`,
    }),
  ).toEqual([
    'packages/engine/src/long.ts long-file',
    'packages/engine/src/main.test.ts every-test-runs',
    'packages/engine/src/main.test.ts every-test-runs',
    'packages/engine/src/main.ts one-place-for-settings',
  ])
})

it('finds long functions, unless a comment next to them says why', async () => {
  const lines = (count: number): string => 'void 0\n'.repeat(count)
  const reason = '// Over 120 lines: one table that is read as a whole.\n'
  expect(
    await broken({
      'packages/engine/src/main.ts': [
        `export function short() {\n${lines(118)}}\n`,
        `export function long() {\n${lines(119)}}\n`,
        `// A comment that gives no reason.\n\nexport const held = async () => {\n${lines(119)}}\n`,
      ].join(''),
      'packages/engine/src/reasons.test.ts': `import './main.ts'; import './reasons.ts'; f(() => {\n${lines(150)}})`,
      'packages/engine/src/reasons.ts': [
        `${reason}export function above() {\n${lines(119)}}\n`,
        `export function inside() {\n${reason}${lines(119)}}\n`,
        `export function around() {\n${reason}  return () => {\n${lines(119)}}\n}\n`,
        `${reason}\nexport function far() {\n${lines(119)}}\n`,
      ].join(''),
    }),
  ).toEqual([
    'packages/engine/src/main.ts long-function',
    'packages/engine/src/main.ts long-function',
    'packages/engine/src/reasons.ts long-function',
  ])
})

it('wants a call awaited that leaves a scope with `using`, and takes what is not a promise of that scope', async () => {
  const early = [
    'return read(folder)',
    'if (folder) return read(folder).text()',
    'try { return late ? read(folder) : undefined } finally { end() }',
    'return folder && read(folder)',
    'return new Promise((resolve) => read(folder, resolve))',
  ]
  const fine = [
    'return await read(folder)',
    'const text = await read(folder); return text',
    'return folder.path',
    'return { late: () => read(folder) }',
    'const inner = () => { return read(folder) }; return inner',
  ]
  const scope = (statement: string): string => `async () => { await using folder = make(); ${statement} }`
  const files = (statements: readonly string[]) =>
    Object.fromEntries(
      statements.map((text, index) => [`scripts/case-${index}.ts`, `export const run = ${scope(text)}`]),
    )
  expect(await broken(files(early))).toEqual(early.map((_, index) => `scripts/case-${index}.ts using-awaits`))
  expect(await broken(files(fine))).toEqual([])
  expect(
    await broken({
      'scripts/before.ts': 'export async function run() { if (a) return read(); using folder = make(); await folder }',
      'scripts/inner.ts': 'export async function run() { if (a) { using folder = make() } return read() }',
      'scripts/now.ts': 'export function run() { using folder = make(); return read(folder) }',
    }),
  ).toEqual([])
})
