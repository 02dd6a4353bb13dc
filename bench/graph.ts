import { compileGraph } from '@piecework/model/flow/graph/compile'
import { Graph } from '@piecework/model/flow/graph/graph'
import { until } from '../test/support/client.ts'
import { loadAmount } from './support/load.ts'
import { cpuMs, treeOf } from './support/processes.ts'
import { benchServer, referenceBody, referenceSteps } from './support/reference.ts'

/**
 * `npm run bench graph [rounds [calls]]`: compiling graphs of 1,000 nodes against 50 ms, and what `execute` costs,
 * compared with a call of the webhook of the same flow in the same run.
 */
const [rounds = 8, calls = 1500] = process.argv.slice(2).map(Number)
const NODES = 1000
const LIMIT_MS = 50
const GOAL = 1.1
const CONNECTIONS = 10
/** The plan `business` allows a key 600 calls a minute: the calls take turns with so many keys. */
const KEYS = 50

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

/** Rows, routers and loops as deep as a flow may be; a wide switch; and a mixture, with expressions. */
function graphs(): Record<string, Graph> {
  type Arrow = [string, string, string?]
  const made = (nodes: object[], arrows: Arrow[]): Graph =>
    Graph.parse({
      nodes: [{ id: 't', type: 'trigger' }, ...nodes],
      edges: arrows.map(([source, target, sourceHandle]) => ({
        source,
        target,
        ...(sourceHandle === undefined ? {} : { sourceHandle }),
      })),
    })
  const code = (id: string, input: object = {}) => ({ id, type: 'code', data: { code: CODE, input } })
  const ids = Array.from({ length: NODES - 2 }, (_, n) => `n${n}`)
  const wide = made(
    [{ id: 's', type: 'switch', data: { cases: ids } }, ...ids.map((id) => code(id))],
    [['t', 's'], ...ids.map((id): Arrow => ['s', id, id])],
  )
  const mixed: object[] = []
  const arrows: Arrow[] = []
  let before: Arrow = ['t', '']
  for (let n = 0; mixed.length + 5 < NODES; n++) {
    const [loop, fork, left, right, join] = ['loop', 'fork', 'left', 'right', 'join'].map((kind) => `${kind}-${n}`)
    if (!loop || !fork || !left || !right || !join) break
    const input = { item: `{{${loop}.item}}`, of: '{{trigger.body.a}}', by: '{{variables.by}}' }
    mixed.push({ id: loop, type: 'loop', data: { items: '{{trigger.body.items}}' } })
    mixed.push({
      id: fork,
      type: 'condition',
      data: { conditions: [[{ firstValue: `{{${loop}.item}}`, operator: 'EXISTS' }]] },
    })
    mixed.push(code(left, input), code(right, input), code(join, { left: `{{${left}}}` }))
    arrows.push([before[0], loop, before[2]], [loop, fork, 'body'], [fork, left, 'true'], [fork, right, 'false'])
    arrows.push([left, join], [right, join], [join, loop])
    before = [loop, '', 'done']
  }
  return { 'a switch of 998 cases': wide, 'loops and conditions that join': made(mixed, arrows) }
}

const CODE = 'export const code = async (inputs) => inputs'

/** Processor time of this thread in ms: what else the machine does is no part of it. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

console.log(`compile of ${NODES} nodes, median of 15 in ms of processor time (limit ${LIMIT_MS})`)
let isOver = false
for (const [name, graph] of Object.entries(graphs())) {
  const times: number[] = []
  for (let n = 0; n < 15; n++) {
    const began = processorMs()
    const result = compileGraph(graph, { versionOf: () => '1.0.0', now: new Date(0).toISOString(), userId: null })
    times.push(processorMs() - began)
    if (!result.ok) throw new Error(JSON.stringify(result.problems[0]))
  }
  isOver ||= median(times) > LIMIT_MS
  console.log(`  ${name.padEnd(34)} ${median(times).toFixed(1).padStart(6)}   first ${times[0]?.toFixed(1)}`)
}

await using bench = await benchServer()
const { api, projectId } = bench.client
const flowId = await bench.client.liveFlow(referenceSteps())
const headers: object[] = []
for (let n = 0; n < KEYS; n++) {
  const { value } = await api.projectKeys.create({ body: { projectId, displayName: `bench ${n}`, scopes: ['write'] } })
  headers.push({ authorization: `Bearer ${value}` })
}
const doors = {
  webhook: { url: `${bench.server.base}/v1/webhooks/${flowId}`, body: referenceBody, headers: [{}] },
  execute: {
    url: `${new URL(bench.server.base).origin}/v1/workflows/${flowId}/execute`,
    body: { input: { body: referenceBody } },
    headers,
  },
}
const pids = () => treeOf(bench.server.pid)

/** Processor time of a call and its run, and the median time until it is answered. */
async function measure(door: { url: string; body: unknown; headers: object[] }) {
  const before = cpuMs(pids())
  const { errors, p50 } = await loadAmount(door.url, { ...door, connections: CONNECTIONS, amount: calls })
  if (errors > 0) throw new Error(`${errors} calls of ${door.url} failed`)
  await until(async () => (await bench.client.runs({ status: ['QUEUED', 'RUNNING'], limit: 1 })).data.length === 0)
  return { cost: (cpuMs(pids()) - before) / calls, p50 }
}

for (const door of Object.values(doors)) await measure(door)
const ratios: number[] = []
const costs: Record<'webhook' | 'execute', number[]> = { webhook: [], execute: [] }
for (let n = 0; n < rounds; n++) {
  // They take turns to be first.
  const order = n % 2 === 0 ? (['webhook', 'execute'] as const) : (['execute', 'webhook'] as const)
  for (const name of order) costs[name].push((await measure(doors[name])).cost)
  ratios.push((costs.execute.at(-1) ?? 0) / (costs.webhook.at(-1) ?? 1))
}
console.log(`\nprocessor time of a call with its run, median of ${rounds} rounds of ${calls} calls in ms`)
console.log(`  webhook  ${median(costs.webhook).toFixed(2)}`)
console.log(`  execute  ${median(costs.execute).toFixed(2)}`)
console.log(`  ratio    ${median(ratios).toFixed(2)} (goal ${GOAL})`)
if (isOver || median(ratios) > GOAL) process.exitCode = 1
