import type { JournalEntry } from '@piecework/engine/protocol'
import { expect, test } from 'vitest'
import { createBus } from '../../bus/bus.ts'
import { createMemoryHub } from '../../bus/memory.ts'
import type { RunOutcome } from '../../events/runs.ts'
import { newRun } from '../runs/new-run.ts'
import { createLiveHub, type Parcel } from './hub.ts'
import { runsRoom } from './rooms.ts'
import { createRunProgress } from './run-progress.ts'

const log = { warn() {} }
const memory = createMemoryHub()
const join = async (appId: string) => createLiveHub(await createBus({ appId, open: (e) => memory.open(appId, e), log }))

function attempt(environment: 'PRODUCTION' | 'TESTING' = 'PRODUCTION') {
  const fields = { projectId: 'p', flowId: 'f', flowVersionId: 'v', payload: '{}', priority: 3, environment }
  const facts = newRun(fields)
  const version = { version: { displayName: 'A flow' } }
  return { runId: facts.id, attempt: 1, ...fields, executionType: 'BEGIN', facts, version, startTime: null } as const
}

const entry = (sequence: number): JournalEntry => ({
  sequence,
  stepName: 'step_1',
  path: [['loop', sequence]],
  output: JSON.stringify({ type: 'CODE', status: 'SUCCEEDED', input: {}, output: sequence }),
})
const entries = Array.from({ length: 2000 }, (_, index) => entry(index))
const outcome: RunOutcome = {
  status: 'SUCCEEDED',
  finishTime: new Date(),
  failedStep: null,
  tags: [],
  stepsCount: 2000,
  log: '{}',
}

/** Listens as the watchers of project p do. */
function listener(hub: ReturnType<typeof createLiveHub>) {
  const got: Parcel[] = []
  let arrived = Promise.withResolvers<void>()
  hub.onDeliver((_, parcels) => {
    got.push(...parcels)
    arrived.resolve()
    arrived = Promise.withResolvers<void>()
  })
  return { got, next: () => arrived.promise }
}

test('after thousands of steps within a moment, watchers hear of the last few, then of the end', async () => {
  const hub = await join('one')
  await hub.enter([runsRoom('p')])
  const { got, next } = listener(hub)
  const progress = createRunProgress(hub)
  const run = attempt()
  const told = next()
  progress.started(run).steps(entries.length, entries)
  progress.finished({
    runId: run.runId,
    projectId: 'p',
    outcome,
    attempt: { ...run, platformId: '', payloadFileId: null, resumeFileId: null },
  })
  await told
  const steps = got.filter(({ message }) => Object(message).step)
  expect(steps).toHaveLength(20)
  expect(steps.at(-1)?.message).toMatchObject({
    flowRun: { id: run.runId, status: 'RUNNING' },
    step: { path: [['loop', 1999]], output: { output: 1999 } },
  })
  expect(
    got.slice(20).map(({ event, message }) => [event, Object(message).flowRun?.status ?? Object(message).status]),
  ).toEqual([
    ['UPDATE_RUN_PROGRESS', 'SUCCEEDED'],
    ['FLOW_RUN_PROGRESS', 'SUCCEEDED'],
  ])
  hub.close()
})

test('after thousands of runs within a moment, watchers hear of some, tests first', async () => {
  const hub = await join('two')
  await hub.enter([runsRoom('p')])
  const { got, next } = listener(hub)
  const progress = createRunProgress(hub)
  const told = next()
  for (let i = 0; i < 1000; i++) progress.started(attempt())
  const tested = attempt('TESTING')
  progress.started(tested)
  await told
  expect(got.length).toBeLessThan(250)
  expect(got[0]?.message).toMatchObject({ flowRun: { id: tested.runId } })
  hub.close()
})

test('nothing is made for a project that nobody watches, here or at another app', async () => {
  const [busy, watching] = [await join('three'), await join('four')]
  const { got, next } = listener(watching)
  const progress = createRunProgress(busy)
  const untouchable = new Proxy(entry(0), {
    get() {
      throw new Error('looked at')
    },
  })
  const run = attempt()
  const running = progress.started(run)
  running.steps(1, [untouchable])
  await watching.enter([runsRoom('p')])
  await expect.poll(() => busy.isWatched(runsRoom('p'))).toBe(true)
  const told = next()
  running.steps(1, [entry(7)])
  await told
  expect(got).toMatchObject([{ event: 'UPDATE_RUN_PROGRESS', message: { step: { output: { output: 7 } } } }])
  watching.leave([runsRoom('p')])
  await expect.poll(() => busy.isWatched(runsRoom('p'))).toBe(false)
  running.steps(1, [untouchable])
  await watching.enter([runsRoom('p')])
  await expect.poll(() => busy.isWatched(runsRoom('p'))).toBe(true)
  // An app that goes is not written to any more.
  watching.close()
  await expect.poll(() => busy.isWatched(runsRoom('p'))).toBe(false)
  busy.close()
})

test('an app that starts later learns who watches', async () => {
  const watching = await join('five')
  await watching.enter([runsRoom('p')])
  const late = await join('six')
  await expect.poll(() => late.isWatched(runsRoom('p'))).toBe(true)
  watching.close()
  late.close()
})
