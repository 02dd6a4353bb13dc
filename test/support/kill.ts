import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FlowRun } from '@piecework/model/run/run'
import { each } from '@piecework/sdk'
import { type Client, code, loop, signIn, until } from './client.ts'
import { startServer, temporaryFolder } from './process.ts'

/**
 * Kills the whole process tree of a server at random points while calls come in, again and again, then checks a
 * ledger that the steps themselves wrote.
 */
export interface KillReport {
  kills: number
  /** For each start right after a kill, how long it took from the kill to readiness. */
  startsMs: number[]
  /** Calls that were answered with 200. */
  accepted: number
  /** Accepted calls whose run did not come to a good end. */
  lost: string[]
  /** Calls that ran more than once. */
  doubled: string[]
  /** Steps that began again although the next one had begun: their end was on disk. */
  rerun: string[]
  /** Steps that were in flight at a kill and ran again, as they may. */
  repeated: number
  starts: number
}

const CALLERS = 8
const LONGEST_LIFE_MS = 2500

/** The order in which the steps of one call write to the ledger. */
const ORDER = ['one', 'item-0', 'item-1', 'item-2', 'last']

const writes = (what: string) => `
  const { appendFileSync } = await import('node:fs')
  appendFileSync(inputs.ledger, inputs.call + ' ' + ${what} + '\\n')
  await new Promise((resolve) => setTimeout(resolve, 25))
  return ${what}`

export async function killRepeatedly(kills: number, report: (line: string) => void = () => {}): Promise<KillReport> {
  const folder = await temporaryFolder()
  const ledger = join(folder.path, 'ledger.txt')
  const config = join(folder.path, 'config')
  try {
    // Killed before its first step, a server leaves none.
    await writeFile(ledger, '')
    const first = await startServer(config)
    const flowId = await (await signIn(first.base)).liveFlow(ledgerSteps(ledger))
    await first.kill()
    let killed = performance.now()
    const startsMs: number[] = []
    const startAgain = async () => {
      const server = await startServer(config)
      startsMs.push(performance.now() - killed)
      return server
    }

    const accepted = new Set<string>()
    const tried = { count: 0 }
    for (let kill = 1; kill <= kills; kill++) {
      const server = await startAgain()
      const state = { alive: true }
      const callers = Array.from({ length: CALLERS }, () =>
        keepCalling(`${server.base}/v1/webhooks/${flowId}`, accepted, tried, state),
      )
      // There must be something to lose.
      if (kill === 1) await until(async () => accepted.size > 0)
      await sleep(Math.random() * LONGEST_LIFE_MS)
      await server.kill()
      killed = performance.now()
      state.alive = false
      await Promise.all(callers)
      if (kill % 20 === 0) report(`${kill} kills, ${accepted.size} calls accepted`)
    }

    const last = await startAgain()
    const client = await signIn(last.base)
    await until(async () => (await unfinished(client)) === 0)
    const runs = await allRuns(client)
    const result = { ...judge(kills, accepted, runs, await readFile(ledger, 'utf8')), startsMs }
    await last.stop()
    return result
  } finally {
    await folder.remove()
  }
}

/** The flow of the ledger: each step writes that it began. */
export const ledgerSteps = (ledger: string) => [
  code('step_1', `export const code = async (inputs) => {${writes("'one'")}}`, {
    ledger,
    call: '{{trigger.body.call}}',
  }),
  loop('step_2', '{{trigger.body.items}}', [
    code('step_3', `export const code = async (inputs) => {${writes("'item-' + inputs.item")}}`, {
      ledger,
      call: '{{trigger.body.call}}',
      item: '{{step_2.item}}',
    }),
  ]),
  code('step_4', `export const code = async (inputs) => {${writes("'last'")}}`, {
    ledger,
    call: '{{trigger.body.call}}',
  }),
]

/** Calls without a pause while `state` says so; numbers each call. */
export async function keepCalling(
  url: string,
  accepted: Set<string>,
  tried: { count: number },
  state: { alive: boolean },
  pauseMs = 10,
): Promise<void> {
  while (state.alive) {
    const call = `call-${++tried.count}`
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ call, items: [0, 1, 2] }),
      })
      await response.arrayBuffer()
      if (response.status === 200) accepted.add(call)
    } catch {
      // The server died under the call: it may have been accepted or not.
    }
    await sleep(pauseMs)
  }
}

/** Whether runs wait, run or pause. */
export async function unfinished(client: Client): Promise<number> {
  const { data } = await client.runs({ status: ['QUEUED', 'RUNNING', 'PAUSED'], limit: 1 })
  return data.length
}

/** Every run with its steps. */
export async function allRuns(client: Client): Promise<FlowRun[]> {
  const ids: string[] = []
  const query = { projectId: client.projectId, limit: 500 }
  for await (const { id } of each(client.api.flowRuns.list, { query })) ids.push(id)
  const runs: FlowRun[] = []
  // Thousands of connections at once would be more than the server takes.
  while (ids.length > 0) runs.push(...(await Promise.all(ids.splice(0, 50).map((id) => client.run(id)))))
  return runs
}

/** Compares what was accepted with what the runs and the ledger say. */
export function judge(
  kills: number,
  accepted: Set<string>,
  runs: FlowRun[],
  ledger: string,
): Omit<KillReport, 'startsMs'> {
  const byCall = Map.groupBy(runs, callOf)
  const done = (call: string) => byCall.get(call)?.some((run) => run.status === 'SUCCEEDED') ?? false
  const lines = ledger
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([call = '', step = '']) => ({ call, step }))
  const { furthest, rerun, repeated } = readStarts(lines, () => ORDER)
  return {
    kills,
    accepted: accepted.size,
    lost: [...accepted].filter((call) => !done(call) || furthest.get(call) !== ORDER.length - 1),
    doubled: [...byCall].filter(([, group]) => group.length > 1).map(([call]) => call),
    rerun,
    repeated,
    starts: lines.length,
  }
}

/** A step of a call that began. */
export interface Start {
  call: string
  step: string
}

/** Reads the starts of steps, in their order, for calls whose steps have an order. */
export function readStarts(
  starts: readonly Start[],
  orderOf: (call: string) => readonly string[],
): Pick<KillReport, 'rerun' | 'repeated'> & {
  /** The last step that began, by call. */ furthest: Map<string, number>
} {
  const rerun: string[] = []
  const furthest = new Map<string, number>()
  let repeated = 0
  for (const { call, step } of starts) {
    const place = orderOf(call).indexOf(step)
    const before = furthest.get(call) ?? -1
    if (place < before) rerun.push(`${call} ${step}`)
    if (place === before) repeated++
    furthest.set(call, Math.max(place, before))
  }
  return { rerun, repeated, furthest }
}

function callOf(run: FlowRun): string {
  const output = run.steps?.trigger?.output
  const body = typeof output === 'object' && output !== null && 'body' in output ? output.body : undefined
  return typeof body === 'object' && body !== null && 'call' in body ? String(body.call) : run.id
}
