import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { code, piece, respond } from '../test/support/client.ts'
import { LARGEST, type LargeBody } from './support/largest.ts'
import { benchServer } from './support/reference.ts'

/**
 * `npm run bench hostile [name...]`: the largest body of each content type, sent to a flow, an app event and a resume
 * link; how long the event loop is blocked, how much memory it takes, and how fast other requests are answered.
 */
const asked = process.argv.slice(2)
const GOAL_MS = 250
const MB = 1024 * 1024
const bodies = LARGEST.filter(({ name }) => asked.length === 0 || asked.some((word) => name.includes(word)))

await using bench = await benchServer()
const { server, client } = bench
const root = server.base.replace(/\/api$/, '')

const size = code('step_1', 'export const code = async ({ body }) => Object.keys(body ?? {}).length', {
  body: '{{trigger.body}}',
})
const live = await client.liveFlow([size, respond('step_2', { size: '{{step_1}}' })])
const waits = piece('step_1', '@activepieces/piece-webhook', '0.1.33', 'return_response_and_wait_for_next_webhook', {
  responseType: 'json',
  fields: { status: 200, headers: {}, body: {} },
})
const paused = await client.liveFlow([waits, respond('step_2', { done: true })])

/** A link with which a run waits for its next call; earlier work may still keep the database busy. */
async function resumeLink(triesLeft = 60): Promise<string> {
  const answer = await fetch(`${server.base}/v1/webhooks/${paused}/sync`, { method: 'POST' })
  const link = answer.headers.get('x-activepieces-resume-webhook-url')
  if (link !== null) {
    const { pathname, search } = new URL(link)
    return root + pathname + search
  }
  if (triesLeft === 0) throw new Error(`The flow gave no link: ${answer.status} ${await answer.text()}`)
  await sleep(500)
  return resumeLink(triesLeft - 1)
}

const TARGETS: readonly { name: string; url: () => string | Promise<string> }[] = [
  { name: 'flow', url: () => `${server.base}/v1/webhooks/${live}/sync` },
  { name: 'app event', url: () => `${server.base}/v1/app-events/slack` },
  { name: 'resume link', url: () => resumeLink() },
]

/** The status of the answer, and the status of the run where only a header has it; 0 for no answer. */
function send(url: string, { contentType, encoding }: LargeBody, body: Buffer): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const headers = {
    'content-type': contentType,
    'content-length': body.length,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  }
  const call = request(url, { method: 'POST', headers }, (answer) => {
    const ended = answer.headers['x-run-status'] ?? ''
    answer.resume().once('end', () => resolve(`${answer.statusCode} ${ended}`))
  })
  call.once('error', () => resolve('0'))
  call.end(body)
  return promise
}

/** Sends small requests one after the other, until it is aborted. */
async function ask(until: AbortSignal): Promise<{ served: number; slowestMs: number }> {
  let served = 0
  let slowestMs = 0
  while (!until.aborted) {
    const began = performance.now()
    const answer = await fetch(`${server.base}/v1/flags`)
    await answer.arrayBuffer()
    slowestMs = Math.max(slowestMs, performance.now() - began)
    if (answer.ok) served++
    await sleep(5)
  }
  return { served, slowestMs }
}

/** The longest time in milliseconds that the server's loop was blocked since the last call of this function. */
async function loopMs(): Promise<number> {
  const text = await (await fetch(`${root}/metrics`)).text()
  return 1000 * Number(/^piecework_event_loop_lag_seconds\{quantile="1"\} (\S+)/m.exec(text)?.[1])
}

const memory = (field: 'VmRSS' | 'VmHWM'): number =>
  1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1])

/** Runs the work while other requests are sent. */
async function meanwhile<T>(work: () => Promise<T>) {
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5')
  const before = memory('VmRSS')
  await loopMs()
  const stop = new AbortController()
  const asking = ask(stop.signal)
  const began = performance.now()
  const result = await work()
  const tookMs = performance.now() - began
  stop.abort()
  return { result, tookMs, ...(await asking), loopMs: await loopMs(), tookBytes: memory('VmHWM') - before }
}

const row = (...cells: (string | number)[]) =>
  console.log(cells.map((cell, index) => (index < 2 ? String(cell).padEnd(18) : String(cell).padStart(11))).join(''))

await meanwhile(() => sleep(1000))
const calm = await meanwhile(() => sleep(3000))
console.log(
  `nothing else: the loop is blocked for ${calm.loopMs.toFixed(0)} ms at most, the slowest of ${calm.served} small requests takes ${calm.slowestMs.toFixed(0)} ms`,
)
row('body', 'sent to', 'MB', 'seconds', 'loop ms', 'of calm', 'slowest ms', 'served/s', 'memory ×', 'status')
let worst = 0
for (const large of bodies) {
  const body = large.body()
  for (const { name, url } of TARGETS) {
    const target = await url()
    const { result, tookMs, served, slowestMs, tookBytes, ...measured } = await meanwhile(() =>
      send(target, large, body),
    )
    worst = Math.max(worst, measured.loopMs)
    row(
      large.name,
      name,
      (body.length / MB).toFixed(1),
      (tookMs / 1000).toFixed(2),
      measured.loopMs.toFixed(0),
      (measured.loopMs / Math.max(1, calm.loopMs)).toFixed(1),
      slowestMs.toFixed(0),
      ((1000 * served) / tookMs).toFixed(0),
      (tookBytes / body.length).toFixed(1),
      ` ${result}`,
    )
  }
}
console.log(
  `\nThe loop was blocked for ${worst.toFixed(0)} ms at most; the goal is ${GOAL_MS} ms on an idle machine, where an idle server has about 1 ms.`,
)
