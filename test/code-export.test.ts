import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { writeFiles } from '@piecework/code/export/files'
import { createEngine } from '@piecework/engine/engine'
import { configOf, operationOf, run } from '@piecework/engine/testing/harness'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Action } from '@piecework/model/flow/step'
import { operate } from '@piecework/model/flow/testing'
import { operation, resolve, start } from '@piecework/model/flow/testing-operations'
import { walk } from '@piecework/model/flow/walk'
import { builtinPieces } from '@piecework/pieces/registry'
import { programBundle } from '@piecework/worker/bundle'
import { transform } from 'esbuild'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Flows run by the engine, and by the programs that they are exported as. */

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'code-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const PAYLOAD = { list: [1, { a: 'b' }, null], x: { y: 'text' }, empty: '', deep: { constructor: 1, 'a b': [[7]] } }

/** The expressions that code and pieces of the generated flows read. */
const EXPRESSIONS = [
  '{{trigger.x.y}}',
  "{{ trigger['deep']['a b'][0] }}",
  '{{trigger.deep.constructor}}{{trigger.x.toString}}',
  'a {{trigger.list}} b {{trigger.nothing.at.all}}',
  '{{trigger.list.map((v) => v).length}}',
  '{{trigger.list.reverse()}}',
  '{{step_1.index}}/{{step_1.item}}',
  '{{step_2.got.a}}',
  '{{step_3.branches[0].evaluation}}',
  '{{step_4}}{{step_5}}',
  '{{JSON.stringify(step_2) + step_9}}',
  '{{missing.x ?? 1}}',
  '{{',
  '',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: texts of users may hold templates
  'back`tick ${x} \\ "quotes" \'too\'\n\u2028',
]

/** The flow with steps that can run, and that show what they get. */
function runnable(version: FlowVersion): FlowVersion {
  const copy: FlowVersion = structuredClone(version)
  copy.trigger = {
    ...copy.trigger,
    type: 'PIECE_TRIGGER',
    settings: {
      pieceName: '@activepieces/piece-webhook',
      pieceVersion: '0.1.33',
      triggerName: 'catch_webhook',
      input: { authType: 'none' },
      propertySettings: {},
    },
  }
  let at = 0
  const next = (): string => EXPRESSIONS[at++ % EXPRESSIONS.length] ?? ''
  for (const step of walk(copy.trigger)) {
    if (step.type === 'CODE') {
      step.settings.sourceCode.code =
        at % 5 === 4
          ? 'export const code = async () => { throw new Error("no") }'
          : 'export const code = async (got: { a: unknown }) => ({ got, list: [1, 2] })'
      step.settings.input = { a: next(), b: [next(), 7, null, { __proto__x: true }] }
      step.settings.errorHandlingOptions = { continueOnFailure: { value: at % 3 === 0 } }
    }
    if (step.type === 'PIECE') {
      step.settings.pieceName = '@activepieces/piece-data-mapper'
      step.settings.pieceVersion = '0.3.15'
      step.settings.actionName = 'advanced_mapping'
      step.settings.input = { mapping: { a: next(), b: next() } }
    }
    if (step.type === 'LOOP_ON_ITEMS') step.settings.items = at++ % 4 === 3 ? '{{trigger.x.y}}' : '{{trigger.list}}'
    if (step.type === 'ROUTER') {
      for (const branch of step.settings.branches)
        if (branch.branchType === 'CONDITION') branch.conditions = [[{ firstValue: next(), operator: 'EXISTS' }]]
    }
  }
  return copy
}

const actions = (version: FlowVersion): Action[] =>
  [...walk(version.trigger)].filter((step): step is Action => step.type !== 'EMPTY' && step.type !== 'PIECE_TRIGGER')

const engine = createEngine({
  config: configOf(),
  pieces: Object.fromEntries(Object.entries(builtinPieces).map(([name, { load }]) => [name, load])),
  sleep: async () => undefined,
})

let count = 0
async function runByEngine(version: FlowVersion) {
  count += 1
  const codes: Record<string, string> = {}
  const pieces: Record<string, { bundled: string }> = {}
  for (const step of actions(version)) {
    if (step.type === 'PIECE')
      pieces[`${step.settings.pieceName}@${step.settings.pieceVersion}`] = { bundled: step.settings.pieceName }
    if (step.type !== 'CODE') continue
    codes[step.name] = join(folder, `${count}-${step.name}.cjs`)
    const { code } = await transform(step.settings.sourceCode.code, { loader: 'ts', format: 'cjs' })
    await writeFile(codes[step.name] ?? '', code)
  }
  const prepared = { key: `v${count}`, version, codes, pieces }
  const { result, log, responses } = await run(
    engine,
    operationOf(prepared, { triggerPayload: JSON.stringify(PAYLOAD), callerWaits: true }),
  )
  return {
    status: result.status,
    failedStep: result.failedStep?.name,
    response: responses[0],
    steps: log.executionState.steps,
  }
}

async function writeFolder(version: FlowVersion): Promise<string> {
  const home = join(folder, `program-${count}`)
  const { files, builtIn } = writeFiles({ version }, (name) => name in builtinPieces)
  const vendor = await programBundle(join(folder, 'bundles'), builtIn)
  const all = new Map<string, string | Buffer>([
    ...files,
    ...[...vendor].map(([name, data]) => [`vendor/${name}`, data] as const),
  ])
  for (const [path, data] of all) {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), data)
  }
  await writeFile(join(home, 'payload.json'), JSON.stringify(PAYLOAD))
  return home
}

async function runProgram(home: string) {
  const { stdout } = await promisify(execFile)(process.execPath, ['run.ts', 'payload.json'], { cwd: home }).catch(
    (error: { stdout: string; stderr: string }) => {
      if (!error.stdout) throw new Error(error.stderr)
      return error
    },
  )
  const { status, failedStep, response, steps } = JSON.parse(stdout)
  return { status, failedStep: failedStep?.name, response, steps }
}

/** Without times, inputs as logged, and where an error came from. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, part) => {
      if (key === 'duration' || key === 'startedAt') return undefined
      if (typeof part !== 'string') return part
      // Expressions put whole outputs into texts, with their durations.
      return (key === 'errorMessage' ? (part.split('\n')[0] ?? '') : part).replace(/(\\*"duration\\*":)[\d.]+/g, '$1')
    }),
  )

test('the programs of generated flows do what the engine does', async () => {
  let succeeded = 0
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40, size: 'max' }), async (operations) => {
      const version = runnable(
        operations.reduce((before, { type, request }) => {
          try {
            return operate(before, type, resolve(request, before))
          } catch {
            return before
          }
        }, start()),
      )
      const expected = await runByEngine(version)
      const got = await runProgram(await writeFolder(version))
      if (expected.status === 'SUCCEEDED') succeeded++
      expect(plain(got)).toEqual(plain(expected))
    }),
    { numRuns: 40, endOnFailure: true },
  )
  expect(succeeded).toBeGreaterThan(2)
})
