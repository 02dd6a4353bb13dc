import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, expect, test } from 'vitest'
import { code, loop, respond, until } from './support/client.ts'
import { http, type RawRequest } from './support/http.ts'
import { answerAndWait, approvalLinks, delay, NOBODY, startRuns, waitForApproval } from './support/runs.ts'

const EXPIRED = 'This link has expired. The action may have already been processed.'
const RECORDED = 'Your response has been recorded. You can close this page now.'

const { folder, server, client, runs, stop } = await startRuns({
  AP_WEBHOOK_TIMEOUT_SECONDS: '5',
  AP_WORKER_CONCURRENCY: '2',
})
afterAll(stop)

const LAST = 'export const code = async (i) => i.v'
/** Links name the public address; the server of the test listens elsewhere. */
const local = (link: string) => {
  const { pathname, search } = new URL(link)
  return new URL(pathname + search, server.base).href
}
const send = (link: string, call: RawRequest = {}) => http(local(link), call)
/** The links that a step made. */
const linksOf = (run: FlowRun, step = 'step_1') =>
  run.steps?.[step]?.output as { approvalLink: string; disapprovalLink: string }

test('a short delay waits in place, a long one as a paused run that goes on by itself', async () => {
  const short = await client.liveFlow([delay('step_1', 1)])
  await runs.fire(short)
  expect(await runs.runIn(short, 'SUCCEEDED')).toMatchObject({
    steps: { step_1: { output: { delayForInMs: 1000, success: true } } },
  })
  const long = await client.liveFlow([delay('step_1', 11), code('step_2', LAST, { v: '{{step_1.success}}' })])
  await runs.fire(long)
  const paused = await runs.runIn(long, 'PAUSED')
  expect(paused).toMatchObject({ finishTime: null, steps: { step_1: { status: 'PAUSED' } } })
  expect(await runs.ended(paused.id)).toMatchObject({
    status: 'SUCCEEDED',
    steps: { step_1: { status: 'SUCCEEDED', output: { success: true } }, step_2: { output: true } },
  })
})

test('a link resumes once; then it has expired', async () => {
  const flowId = await client.liveFlow([
    approvalLinks('step_1'),
    waitForApproval('step_2'),
    code('step_3', LAST, { v: '{{step_2.approved}}' }),
  ])
  const decide = async (which: 'approvalLink' | 'disapprovalLink', method: string) => {
    await runs.fire(flowId)
    const run = await runs.runIn(flowId, 'PAUSED')
    const link = linksOf(run)[which]
    expect(await send(link, { method })).toMatchObject({ status: 200, json: { message: RECORDED } })
    expect(await send(link, { method })).toMatchObject({ status: 200, json: { message: EXPIRED } })
    const { steps, status } = await runs.ended(run.id)
    expect(status).toBe('SUCCEEDED')
    expect(await send(link, { method })).toMatchObject({ status: 200, json: { message: EXPIRED } })
    expect(await send(link.replace('?', '/sync?'), { method })).toMatchObject({
      status: 409,
      json: { flowRunStatus: 'SUCCEEDED' },
    })
    return steps?.step_3?.output
  }
  expect(await decide('approvalLink', 'GET')).toBe(true)
  expect(await decide('disapprovalLink', 'POST')).toBe(false)
})

test('unknown links have expired', async () => {
  const flowId = await client.liveFlow([waitForApproval('step_1')])
  await runs.fire(flowId)
  const { id } = await runs.runIn(flowId, 'PAUSED')
  const link = (run: string, form: string) => http(`${server.base}/v1/flow-runs/${run}/${form}`)
  for (const run of [NOBODY, id]) {
    expect(await link(run, `waitpoints/${NOBODY}`)).toMatchObject({ status: 200, json: { message: EXPIRED } })
    expect(await link(run, `waitpoints/${NOBODY}/sync`)).toMatchObject({ status: 410, json: { message: EXPIRED } })
  }
  expect((await client.run(id)).status).toBe('PAUSED')
  await client.api.flowRuns.cancelAll({ body: { flowRunIds: [id] } })
  expect(await link(id, `waitpoints/${NOBODY}/sync`)).toMatchObject({
    status: 409,
    json: { flowRunStatus: 'CANCELED' },
  })
})

test('answer and wait: a conversation over several synchronous calls', async () => {
  const flowId = await client.liveFlow([
    answerAndWait('step_1', { question: 1 }),
    answerAndWait('step_2', { question: 2, you: '{{step_1.body}}', and: '{{step_1.queryParams.x}}' }),
    respond('step_3', { you: '{{step_2.body}}', header: "{{step_2.headers['x-key']}}" }),
  ])
  const first = await runs.fire(flowId, {}, '/sync')
  expect(first).toMatchObject({ status: 200, json: { question: 1 } })
  const next = (answer: { headers: Headers }) => answer.headers.get('x-activepieces-resume-webhook-url') ?? ''
  expect(next(first)).toMatch(/\/waitpoints\/[0-9A-Za-z]+\/sync\?/)
  const run = await runs.runIn(flowId, 'PAUSED')
  expect(next(first)).toContain(run.id)
  const second = await send(`${next(first)}&x=1`, { json: { say: 'ä\u0000' } })
  expect(second).toMatchObject({ status: 200, json: { question: 2, and: '1' } })
  expect(second.json).toMatchObject({ you: { say: expect.stringMatching(/^ä/) } })
  await runs.runIn(flowId, 'PAUSED')
  expect(await send(next(first), { json: {} })).toMatchObject({ status: 410, json: { message: EXPIRED } })
  const form = new URLSearchParams({ a: '1', b: '2' })
  const third = await send(next(second), { body: form, headers: { 'x-key': 'k' } })
  expect(third).toMatchObject({ status: 200, json: { you: { a: '1', b: '2' }, header: 'k' } })
  expect((await runs.ended(run.id)).status).toBe('SUCCEEDED')
})

test('who comes again with the link right after the last answer hears that the run has finished', async () => {
  const flowId = await client.liveFlow([answerAndWait('step_1', {}), respond('step_2', { done: true })])
  const twice = async () => {
    const first = await runs.fire(flowId, {}, '/sync')
    const link = first.headers.get('x-activepieces-resume-webhook-url') ?? ''
    expect((await send(link)).json).toEqual({ done: true })
    return send(link)
  }
  for (const again of await Promise.all(Array.from({ length: 12 }, twice)))
    expect(again).toMatchObject({ status: 409, json: { flowRunStatus: 'SUCCEEDED' } })
})

test('resumes with text, XML and files; what cannot be read is refused and resumes nothing', async () => {
  const flowId = await client.liveFlow([answerAndWait('step_1', {}), respond('step_2', '{{step_1.body}}')])
  const resume = async (call: RawRequest) => {
    const first = await runs.fire(flowId, {}, '/sync')
    await runs.runIn(flowId, 'PAUSED')
    const link = first.headers.get('x-activepieces-resume-webhook-url') ?? ''
    const malformed = await send(link, { body: '{', headers: { 'content-type': 'application/json' } })
    expect(malformed).toMatchObject({ status: 400, json: { params: { message: expect.stringContaining('body') } } })
    return send(link, call)
  }
  expect((await resume({ body: 'words', headers: { 'content-type': 'text/plain' } })).text).toBe('words')
  expect((await resume({ body: '<a>1</a>', headers: { 'content-type': 'text/xml' } })).json).toEqual({ a: 1 })
  const form = new FormData()
  form.append('f', new Blob(['x']), 'x.txt')
  expect((await resume({ body: form })).json).toEqual({ f: expect.stringContaining('/step-files/') })
})

test('a stale link takes nothing from a caller who waits', async () => {
  const flowId = await client.liveFlow([
    approvalLinks('step_1'),
    waitForApproval('step_2'),
    respond('step_3', { answered: true }),
  ])
  const caller = runs.fire(flowId, {}, '/sync')
  const run = await runs.runIn(flowId, 'PAUSED')
  expect((await http(`${server.base}/v1/flow-runs/${run.id}/waitpoints/${NOBODY}/sync`)).status).toBe(410)
  await send(linksOf(run).approvalLink)
  expect(await caller).toMatchObject({ status: 200, json: { answered: true } })
})

test('without an answer of the flow, a synchronous resume gets 204', async () => {
  const flowId = await client.liveFlow([approvalLinks('step_1'), waitForApproval('step_2')])
  await runs.fire(flowId)
  const run = await runs.runIn(flowId, 'PAUSED')
  expect((await send(linksOf(run).approvalLink.replace('?', '/sync?'))).status).toBe(204)
  expect((await runs.ended(run.id)).status).toBe('SUCCEEDED')
})

test('the older form of link takes the id of the pause', async () => {
  const flowId = await client.liveFlow([
    approvalLinks('step_1'),
    waitForApproval('step_2'),
    respond('step_3', '{{step_2}}'),
  ])
  await runs.fire(flowId)
  const run = await runs.runIn(flowId, 'PAUSED')
  const link = linksOf(run).approvalLink.replace('/waitpoints/', '/requests/')
  expect((await http(`${server.base}/v1/flow-runs/${run.id}/requests/${NOBODY}`)).json).toEqual({ message: EXPIRED })
  expect((await send(link)).json).toEqual({ message: RECORDED })
  expect(await runs.ended(run.id)).toMatchObject({
    status: 'SUCCEEDED',
    steps: { step_2: { output: { approved: true } } },
  })
})

test('a resume that comes before the pause is kept for it', async () => {
  const flowId = await client.liveFlow([
    approvalLinks('step_1'),
    code(
      'step_2',
      'export const code = async ({ base, link }) => { const { pathname, search } = new URL(link); const answer = await fetch(new URL(pathname + search, base)); return answer.json() }',
      { base: server.base, link: '{{step_1.approvalLink}}' },
    ),
    waitForApproval('step_3'),
  ])
  await runs.fire(flowId)
  expect(await runs.runIn(flowId, 'SUCCEEDED')).toMatchObject({
    steps: { step_2: { output: { message: RECORDED } }, step_3: { output: { approved: true } } },
  })
})

test('in every round of a loop, and what was done stays done', async () => {
  const ledger = join(folder, 'rounds')
  const flowId = await client.liveFlow([
    loop('step_1', '{{[1, 2, 3]}}', [
      code(
        'step_2',
        `export const code = async ({ n }) => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'before ' + n + '\\n'); return n }`,
        { n: '{{step_1.item}}' },
      ),
      approvalLinks('step_3'),
      waitForApproval('step_4'),
      code(
        'step_5',
        `export const code = async ({ n }) => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'after ' + n + '\\n'); return n }`,
        { n: '{{step_2}}' },
      ),
    ]),
    code('step_6', LAST, { v: '{{step_1.iterations.map((i) => i.step_4.output.approved)}}' }),
  ])
  await runs.fire(flowId)
  for (let round = 0; round < 3; round++) {
    const link = await until(async () => {
      const run = await runs.runIn(flowId, 'PAUSED')
      const { iterations } = { ...(run.steps?.step_1?.output as { iterations: FlowRun['steps'][] }) }
      return (
        iterations.length === round + 1 &&
        (iterations[round]?.step_3?.output as { approvalLink: string; disapprovalLink: string })
      )
    })
    await send(round === 1 ? link.disapprovalLink : link.approvalLink)
  }
  expect(await runs.runIn(flowId, 'SUCCEEDED')).toMatchObject({
    steps: { step_1: { status: 'SUCCEEDED' }, step_6: { output: [true, false, true] } },
  })
  const lines = [1, 2, 3].flatMap((n) => [`before ${n}`, `after ${n}`])
  expect((await readFile(ledger, 'utf8')).trim().split('\n')).toEqual(lines)
})
