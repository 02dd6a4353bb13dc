import type { FlowVersion } from '@piecework/model/flow/flow'
import { readPackages } from '@piecework/model/flow/packages'
import { MAIN_FILE, PIECES_FILE } from '../dialect.ts'
import { quote } from './print.ts'
import { createEnvironmentNames, type ProgramFiles, type Surroundings, writeProgram } from './program.ts'
import { readme } from './readme.ts'
import { RUNTIME_TYPES } from './runtime-types.ts'

/** The last run of a flow, for the test of its program. */
export interface SampleRun {
  payload: unknown
  status: string
  steps: Record<string, unknown>
}

export interface FlowFiles {
  /** The text of each file by its path, but for the runtime and the built-in pieces. */
  files: Map<string, string>
  /** The built-in pieces that it uses, by the names of their folders. */
  builtIn: string[]
}

const OWN = '@activepieces/piece-'

export interface ExportedFlow {
  version: FlowVersion
  /** Its external id, by which flows call it. */
  externalId?: string
  /** The flows that it calls, and those that they call, by their external ids. */
  called?: ReadonlyMap<string, FlowVersion>
  sample?: SampleRun | undefined
}

/**
 * A flow as the files of a program.
 * @param builtIn whether a piece comes with the product
 */
export function writeFiles(flow: ExportedFlow, builtIn: (name: string) => boolean): FlowFiles {
  const { version, sample } = flow
  const { files, packages, pieces, connections, modules } = writeModules(flow)
  const used = pieces.map((key) => ({
    key,
    name: key.slice(0, key.lastIndexOf('@')),
    version: key.slice(key.lastIndexOf('@') + 1),
  }))
  const vendored = used.filter(({ name }) => name.startsWith(OWN) && builtIn(name))
  const published = used.filter((piece) => !vendored.includes(piece))
  const dependencies = dependenciesOf(packages, published)
  files.set(PIECES_FILE, piecesFile(used, vendored))
  files.set('server.ts', SERVER)
  files.set('run.ts', RUN)
  files.set('vendor/runtime.d.mts', RUNTIME_TYPES)
  if (sample) {
    files.set('sample.json', `${JSON.stringify(sample, undefined, 2)}\n`)
    files.set('main.test.ts', TEST)
  }
  files.set('package.json', packageFile(version.displayName, dependencies, sample !== undefined))
  files.set('README.md', readme({ version, connections, modules, dependencies, hasTest: sample !== undefined }))
  return { files, builtIn: vendored.map(({ name }) => name.slice(OWN.length)) }
}

/** The flow, and each that it calls in a folder of its own. */
function writeModules({ version, externalId, called = new Map() }: ExportedFlow) {
  const folders = foldersOf([...called].filter(([id]) => id !== externalId))
  const callable = new Map([...folders].map(([id, folder]) => [id, `${folder}/${MAIN_FILE}`]))
  if (externalId !== undefined && called.has(externalId)) callable.set(externalId, MAIN_FILE)
  const around: Omit<Surroundings, 'root'> = { callable, environment: createEnvironmentNames() }
  const main = writeProgram(version, { ...around, root: './' })
  const programs: ProgramFiles[] = [main]
  const files = new Map(main.files)
  for (const [id, folder] of folders) {
    const other = called.get(id)
    if (!other) continue
    const written = writeProgram(other, { ...around, root: '../../', flow: id })
    programs.push(written)
    for (const [path, text] of written.files) files.set(`${folder}/${path}`, text)
  }
  return {
    files,
    packages: programs.flatMap(({ packages }) => packages),
    pieces: [...new Set(programs.flatMap(({ pieces }) => pieces))],
    connections: [...new Map(programs.flatMap(({ details }) => details.connections))],
    modules: [...folders].map(([id, folder]) => ({ folder, name: called.get(id)?.displayName ?? id })),
  }
}

/** A folder of its own for each flow, named after it. */
function foldersOf(called: readonly (readonly [string, FlowVersion])[]): Map<string, string> {
  const used = new Set<string>()
  return new Map(
    called.map(([id, { displayName }]) => {
      const base = slugOf(displayName)
      let name = base
      for (let number = 2; used.has(name); number++) name = `${base}-${number}`
      used.add(name)
      return [id, `flows/${name}`]
    }),
  )
}

const slugOf = (displayName: string): string =>
  displayName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100) || 'flow'

interface UsedPiece {
  key: string
  name: string
  version: string
}

/** The packages of the code steps and the published pieces, with exact versions where the flow has them. */
function dependenciesOf(packages: readonly string[], published: readonly UsedPiece[]): Map<string, string> {
  const dependencies = new Map<string, string>()
  for (const text of packages)
    for (const [name, version] of Object.entries(packagesIn(text)))
      if (!dependencies.has(name)) dependencies.set(name, version)
  for (const { name, version } of published)
    dependencies.set(aliasOf({ name, version }, published), `npm:${name}@${version.replace(/^[~^]/, '')}`)
  return dependencies
}

function packagesIn(text: string): Record<string, string> {
  try {
    return readPackages(text)
  } catch {
    // The step cannot be compiled, and says so when it runs.
    return {}
  }
}

/** Two versions of a piece have a name each. */
const aliasOf = ({ name, version }: { name: string; version: string }, all: readonly UsedPiece[]): string =>
  all.filter((piece) => piece.name === name).length > 1 ? `${name}-${version.replace(/[^\w.]/g, '')}` : name

function piecesFile(used: readonly UsedPiece[], vendored: readonly UsedPiece[]): string {
  const published = used.filter((piece) => !vendored.includes(piece))
  const lines = used.map((piece) => {
    const from = vendored.includes(piece)
      ? `./vendor/piece-${piece.name.slice(OWN.length)}.mjs`
      : aliasOf(piece, published)
    return `  ${quote(piece.key)}: () => import(${quote(from)}),\n`
  })
  return `/** The pieces of the program: those that come with Piecework are in the folder vendor, others are from npm. */\nexport const pieces: Record<string, () => Promise<object>> = {\n${lines.join('')}}\n`
}

function packageFile(displayName: string, dependencies: ReadonlyMap<string, string>, hasTest: boolean): string {
  const name = slugOf(displayName)
  return `${JSON.stringify(
    {
      name,
      version: '1.0.0',
      private: true,
      type: 'module',
      engines: { node: '>=24' },
      scripts: { start: 'node server.ts', run: 'node run.ts', ...(hasTest ? { test: 'node --test' } : {}) },
      ...(dependencies.size > 0 ? { dependencies: Object.fromEntries(dependencies) } : {}),
    },
    undefined,
    2,
  )}\n`
}

const SERVER = `/** Runs the program for each call of its webhook, or by the clock. */
import program from './main.ts'
import { serve } from './vendor/runtime.mjs'

const { url } = await serve(program)
console.log(\`The program is started by \${url}\`)
`

const RUN = `/** Runs the program once: node run.ts payload.json prints what each step did. */
import { readFileSync } from 'node:fs'
import program from './main.ts'

const [file] = process.argv.slice(2)
const payload = file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'))
const outcome = await program.run(payload)
console.log(JSON.stringify(outcome, undefined, 2))
process.exit(outcome.status === 'SUCCEEDED' ? 0 : 1)
`

const TEST = `/** The last run again: pieces answer what they answered then, and all else is run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import program from './main.ts'
import sample from './sample.json' with { type: 'json' }

test('the program does what the last run of the flow did', async () => {
  const outcome = await program.run(sample.payload, { recorded: sample.steps, sleep: async () => {} })
  assert.equal(outcome.status, sample.status)
  for (const [name, step] of Object.entries(sample.steps)) {
    assert.equal(outcome.steps[name]?.status, step.status, name)
    if (step.type === 'CODE' || step.type === 'ROUTER') assert.deepEqual(outcome.steps[name]?.output, step.output, name)
  }
})
`
