import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, chain, signIn, until } from './support/client.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

/** Flows that call flows: run by a server, and as the programs that they are exported as. */

const PIECE = { pieceName: '@activepieces/piece-subflows', pieceVersion: '0.4.12', propertySettings: {} }
const cli = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))
const execute = promisify(execFile)

let server: ServerProcess
let client: Client
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path)
  client = await signIn(server.base)
})
afterAll(async () => {
  await server?.kill()
  await folder?.remove()
})

const base = (name: string) => ({ name, displayName: name, valid: true, lastUpdatedDate: new Date(0).toISOString() })
const callable = {
  ...base('trigger'),
  type: 'PIECE_TRIGGER',
  settings: { ...PIECE, triggerName: 'callableFlow', input: { mode: 'simple', exampleData: { sampleData: {} } } },
}
const call = (name: string, externalId: string, payload: object, waitForResponse = true, continues = false) => ({
  ...base(name),
  type: 'PIECE',
  settings: {
    ...PIECE,
    actionName: 'callFlow',
    input: { flow: { externalId, exampleData: {} }, mode: 'simple', flowProps: { payload }, waitForResponse },
    errorHandlingOptions: { retryOnFailure: { value: false }, continueOnFailure: { value: continues } },
  },
})
const respond = (name: string, response: object) => ({
  ...base(name),
  type: 'PIECE',
  settings: { ...PIECE, actionName: 'returnResponse', input: { mode: 'simple', response: { response } } },
})
const code = (name: string, text: string, input: object) => ({
  ...base(name),
  type: 'CODE',
  settings: { sourceCode: { code: text, packageJson: '{}' }, input },
})
const copy = (name: string, input: object) => code(name, 'export const code = async (i) => i', input)
const ifPositive = (name: string, value: string, steps: object[]) => ({
  ...base(name),
  type: 'ROUTER',
  settings: {
    branches: [
      {
        branchType: 'CONDITION',
        branchName: 'again',
        conditions: [[{ firstValue: value, operator: 'NUMBER_IS_GREATER_THAN', secondValue: '0' }]],
      },
      { branchType: 'FALLBACK', branchName: 'enough' },
    ],
    executionType: 'EXECUTE_FIRST_MATCH',
  },
  children: [chain(steps) ?? null, null],
})

const template = async (id: string) => (await client.api.flows.template({ params: { id } })).flows

/** A callable flow. @returns its ids, for its own steps and those of others */
async function reserve(displayName: string) {
  const { id, externalId } = await client.api.flows.create({ body: { displayName, projectId: client.projectId } })
  const publish = async (steps: object[]) => {
    const request = { displayName, trigger: { ...callable, nextAction: chain(steps) }, schemaVersion: '20', notes: [] }
    await client.operate(id, { type: 'IMPORT_FLOW', request })
    await client.operate(id, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } })
  }
  return { id, externalId, publish }
}

async function runByServer(id: string, body: object) {
  await fetch(`${server.base}/v1/webhooks/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return until(async () => {
    const [run] = (await client.runs({ flowId: [id] })).data
    return run && ['SUCCEEDED', 'FAILED'].includes(run.status) && client.run(run.id)
  })
}

async function piecework(...args: string[]): Promise<string> {
  const given = [cli, ...args, '--api-url', server.base, '--api-key', client.token]
  return (await execute(process.execPath, given)).stdout.trim()
}

async function runProgram(home: string, payload: unknown) {
  await writeFile(join(home, 'payload.json'), JSON.stringify(payload))
  const { stdout } = await execute(process.execPath, ['run.ts', 'payload.json'], { cwd: home }).catch(
    (error: { stdout: string; stderr: string }) => {
      if (!error.stdout) throw new Error(error.stderr)
      return error
    },
  )
  return JSON.parse(stdout)
}

/** The outputs of steps, without times and what a server alone can know. */
const plain = ({ trigger, ...steps }: Record<string, unknown>): unknown =>
  JSON.parse(
    JSON.stringify(steps, (key, part) => {
      if (key === 'duration' || key === 'startedAt') return undefined
      return key === 'errorMessage' ? String(part).includes('Subflow execution failed') : part
    }),
  )

let count = 0
/** Runs a flow by both, and brings it back. @returns the outcome of the server */
async function compare(id: string, body: object) {
  const run = await runByServer(id, body)
  const home = await piecework('export', id, join(folder.path, `program-${count++}`))
  const payload: unknown = Reflect.get(Object(run.steps?.trigger), 'output')
  const outcome = await runProgram(home, payload)
  expect({ status: outcome.status, steps: plain(outcome.steps) }).toEqual({
    status: run.status,
    steps: plain({ ...run.steps }),
  })
  const back = await piecework('import', home, '--project', client.projectId)
  expect(await template(back)).toEqual(await template(id))
  return { run, home }
}

test('flows call each other in a program as they do on a server', async () => {
  const [down, sum, broken] = await Promise.all(['Count down', 'Sum!', 'Broken'].map(reserve))
  if (!down || !sum || !broken) throw new Error('There are three')
  await down.publish([
    ifPositive('again', '{{trigger.data.n}}', [call('next', down.externalId, { n: '{{trigger.data.n - 1}}' })]),
    call('add', sum.externalId, { a: '{{trigger.data.n}}', b: '{{next.data.total}}' }),
    respond('answer', { total: '{{add.data.total}}', from: '{{trigger.data.n}}' }),
    copy('afterwards', { all: '{{add}}' }),
  ])
  await sum.publish([
    code('add', 'export const code = async ({ a, b }) => Number(a) + Number(b || 0)', {
      ...{ a: '{{trigger.data.a}}', b: '{{trigger.data.b}}' },
    }),
    respond('answer', { total: '{{add}}' }),
    respond('again', { total: 'nobody hears it' }),
  ])
  await broken.publish([code('fails', 'export const code = async () => { throw new Error("no such order") }', {})])
  const id = await client.liveFlow([
    call('counted', down.externalId, { n: '{{trigger.body.n}}' }),
    call('told', broken.externalId, {}, false),
    call('failed', broken.externalId, { list: [1, null, { a: 'ü\u2028' }] }, true, true),
    copy('end', { counted: '{{counted.data}}', told: '{{told}}' }),
  ])
  const { run, home } = await compare(id, { n: 4 })
  expect(run).toMatchObject({ status: 'SUCCEEDED', steps: { end: { output: { counted: { total: 10, from: 4 } } } } })

  // A flow that is called is a program as well.
  const alone = await runProgram(home, {})
  expect(alone.status).toBe('SUCCEEDED')
  const called = await piecework('import', join(home, 'flows/sum'), '--project', client.projectId)
  expect(await template(called)).toEqual(await template(sum.id))
})

test('a flow calls itself, and one that nobody published', async () => {
  const self = await reserve('Self')
  await self.publish([
    ifPositive('again', '{{trigger.data.n}}', [call('next', self.externalId, { n: '{{trigger.data.n - 1}}' })]),
    respond('answer', { n: '{{trigger.data.n}}', next: '{{next.data}}' }),
  ])
  const draft = await reserve('Draft')
  const id = await client.liveFlow([
    call('first', self.externalId, { n: 2 }),
    call('second', draft.externalId, {}, true, true),
  ])
  const home = await piecework('export', id, join(folder.path, 'self'))
  const outcome = await runProgram(home, {})
  expect(outcome.steps).toMatchObject({
    first: { output: { status: 'success', data: { n: 2, next: { n: 1, next: { n: 0, next: '' } } } } },
    second: { status: 'FAILED', errorMessage: expect.stringContaining(draft.externalId) },
  })
  expect(await compare(self.id, {}).then(({ run }) => run.status)).toBe('SUCCEEDED')
})

/** A step of a generated flow: it calls another one, deeper down, or computes. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('call' as const), flow: fc.nat(2), waits: fc.boolean() }),
  fc.record({ kind: fc.constant('copy' as const), path: fc.constantFrom('trigger.data.depth', 'trigger.data.from') }),
)

test('generated flows that call each other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 3 }), { minLength: 3, maxLength: 3 }), async (bodies) => {
      const flows = await Promise.all(bodies.map((_, index) => reserve(`Flow ${index}`)))
      const stepsOf = (body: (typeof bodies)[number], depth: string) =>
        body.map((one, index) => {
          if (one.kind === 'copy') return copy(`copy_${index}`, { value: `{{${one.path}}}` })
          const { externalId } = flows[one.flow] ?? { externalId: '' }
          const payload = { depth: `{{${depth} - 1}}`, from: `{{copy_0}}{{call_0}}` }
          return ifPositive(`way_${index}`, `{{${depth}}}`, [call(`call_${index}`, externalId, payload, one.waits)])
        })
      for (const [index, flow] of flows.entries())
        await flow.publish([
          ...stepsOf(bodies[index] ?? [], 'trigger.data.depth'),
          respond('answer', { index, depth: '{{trigger.data.depth}}', seen: '{{copy_0}} {{call_1.data}} {{copy_2}}' }),
        ])
      const id = await client.liveFlow(stepsOf(bodies[0] ?? [], 'trigger.body.depth'))
      await compare(id, { depth: 2 })
    }),
    { numRuns: 5, endOnFailure: true },
  )
})
