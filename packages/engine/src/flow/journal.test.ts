import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../engine.ts'
import type { ExecuteFlow, JournalEntry, PreparedVersion } from '../protocol.ts'
import {
  code,
  configOf,
  loop,
  noConnections,
  operationOf,
  otherwise,
  prepare,
  rawCode,
  router,
  run,
  runOnce,
  versionOf,
  when,
} from '../testing/harness.ts'
import { runFlow } from './run.ts'

const statuses = (entries: JournalEntry[]) =>
  entries.map(
    (entry) =>
      `${entry.path.map(([name, i]) => `${name}[${i}].`).join('')}${entry.stepName}:${JSON.parse(entry.output).status}`,
  )

describe('the journal', () => {
  it('names the end of every step in order, without gaps', async () => {
    const { entries } = await runOnce([
      loop('step_1', '{{[1, 2]}}', [code('step_2', 'return i.n', { n: '{{step_1.item}}' })]),
      router('step_3', [when('yes', '1', 'EXISTS', '', [code('step_4', '')]), otherwise([])]),
    ])
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
    expect(statuses(entries)).toEqual([
      'trigger:SUCCEEDED',
      'step_1:RUNNING',
      'step_1[0].step_2:SUCCEEDED',
      'step_1[1].step_2:SUCCEEDED',
      'step_1:SUCCEEDED',
      'step_3:SUCCEEDED',
      'step_4:SUCCEEDED',
    ])
    expect(JSON.parse(entries[4]?.output ?? '').output).toEqual({ item: 2, index: 2, iterations: [] })
  })

  it('has the end of a step on disk before the next step that acts begins, and waits for nothing else', async () => {
    const first = await runOnce([code('step_1', '')])
    expect(first.flushes).toEqual([])
    const { flushes } = await runOnce([
      code('step_1', ''),
      code('step_2', ''),
      // Decided by plain paths, so it decides the same way again: nobody waits for it.
      router('step_3', [when('yes', '{{step_1}}', 'DOES_NOT_EXIST', '', [code('step_4', '')]), otherwise([])]),
    ])
    expect(flushes).toEqual([2, 4])
  })

  it('ends the run when what was done cannot be written down', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'engine-'))
    const prepared = await prepare(folder, versionOf([code('step_1', ''), code('step_2', '')]))
    const port = {
      journal() {},
      flush: () => Promise.reject(new Error('disk is gone')),
      respond() {},
      progress() {},
      connection: noConnections,
    }
    const result = await runFlow(operationOf(prepared), port, createEngine({ config: configOf() }))
    expect(result).toMatchObject({ status: 'INTERNAL_ERROR', error: expect.stringContaining('disk is gone') })
    await rm(folder, { recursive: true })
  })
})

describe('replay', () => {
  let folder: string
  let ledger: string
  let engine: Engine
  let prepared: PreparedVersion
  /** A step that writes its name and item down each time that it runs, and fails while the ledger says so. */
  const worker = (name: string, input = {}) =>
    rawCode(
      name,
      `const fs = require('fs'); exports.code = (i) => { fs.appendFileSync(i.ledger, '${name}' + (i.n ?? '') + ' '); if (fs.existsSync(i.ledger + '.fail-${name}' + (i.n ?? ''))) throw new Error('told to'); return '${name}' + (i.n ?? '') + Math.random() }`,
      { ledger: '{{trigger.ledger}}', ...input },
    )
  const done = async () => (await readFile(ledger, 'utf8').catch(() => '')).trim().split(' ')
  const operation = (changes: Partial<ExecuteFlow>) =>
    operationOf(prepared, { triggerPayload: JSON.stringify({ ledger }), ...changes })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-'))
    ledger = join(folder, 'ledger')
    engine = createEngine({ config: configOf(), sleep: async () => undefined })
    prepared = await prepare(
      folder,
      versionOf([
        worker('step_1'),
        loop('step_2', '{{[1, 2, 3]}}', [worker('step_3', { n: '{{step_2.item}}' })]),
        router('step_4', [
          when('random', '{{Math.random()}}', 'NUMBER_IS_LESS_THAN', '0.5', [worker('step_5')]),
          otherwise([worker('step_6')]),
        ]),
        worker('step_7'),
      ]),
    )
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('runs no step again whose end is in the journal, wherever the run broke off', async () => {
    const whole = await run(engine, operation({}))
    expect(whole.result.status).toBe('SUCCEEDED')
    const ran = await done()
    const acting = whole.entries.filter(({ stepName }) => !['trigger', 'step_2', 'step_4'].includes(stepName))
    for (let kept = 0; kept <= whole.entries.length; kept++) {
      await rm(ledger, { force: true })
      const journal = whole.entries.slice(0, kept)
      const again = await run(engine, operation({ journal }))
      expect(again.result.status).toBe('SUCCEEDED')
      const journalled = acting.filter(({ sequence }) => sequence <= kept)
      const rest = await done()
      // The router's choice may differ only if it was not written down.
      const isRouted = journal.some(({ stepName }) => stepName === 'step_4')
      const expected = ran.slice(journalled.length)
      if (isRouted) expect(rest).toEqual(expected.length === 0 ? [''] : expected)
      else expect(rest).toHaveLength(expected.length)
      expect(again.entries.map(({ sequence }) => sequence)).toEqual(again.entries.map((_, index) => index + 1))
      for (const entry of journalled) expect(again.result.log).toContain(JSON.parse(entry.output).output)
      if (kept === whole.entries.length)
        expect(again.log.executionState.steps.step_7).toEqual(whole.log.executionState.steps.step_7)
    }
  })

  it('does a failed step again on a retry, and not after a crash', async () => {
    await rm(ledger, { force: true })
    const { writeFile } = await import('node:fs/promises')
    await writeFile(`${ledger}.fail-step_32`, '')
    const first = await run(engine, operation({}))
    expect(first.result).toMatchObject({ status: 'FAILED', failedStep: { name: 'step_3' } })
    await rm(`${ledger}.fail-step_32`)

    const crashed = await run(engine, operation({ journal: first.entries }))
    expect(crashed.result).toMatchObject({ status: 'FAILED', failedStep: { name: 'step_3' } })
    expect(await done()).toEqual(['step_1', 'step_31', 'step_32'])

    const retried = await run(engine, operation({ executionType: 'RESUME', journal: first.entries }))
    expect(retried.result.status).toBe('SUCCEEDED')
    expect((await done()).slice(0, 5)).toEqual(['step_1', 'step_31', 'step_32', 'step_32', 'step_33'])

    // The entry of the second attempt replaces that of the first.
    const crashedAgain = await run(
      engine,
      operation({ executionType: 'RESUME', journal: [...first.entries, ...retried.entries] }),
    )
    expect(crashedAgain.result.status).toBe('SUCCEEDED')
    expect((await done()).filter((name) => name === 'step_32')).toHaveLength(2)
  })

  it('refuses to resume a run that has no past', async () => {
    const { result } = await run(engine, operation({ executionType: 'RESUME' }))
    expect(result).toMatchObject({ status: 'INTERNAL_ERROR', error: expect.stringContaining('its journal is empty') })
  })
})

describe('sizes', () => {
  const big = (kb: number) => `return "x".repeat(${kb * 1024})`

  it('cuts large outputs out of journal and log, and still hands them on', async () => {
    const { entries, log } = await runOnce([
      code('step_1', big(40)),
      code('step_2', 'return i.s.length', { s: '{{step_1}}' }),
    ])
    const entry = entries.find(({ stepName }) => stepName === 'step_1')
    expect(entry?.output.length).toBeLessThan(1000)
    expect(JSON.parse(entry?.slice?.data ?? '')).toHaveLength(40 * 1024)
    expect(log.executionState.steps.step_1?.outputSlice).toEqual({ fileId: entry?.slice?.fileId, size: 40 * 1024 + 2 })
    expect(log.executionState.steps.step_1?.output).toBeUndefined()
    expect(log.executionState.steps.step_2).toMatchObject({
      output: 40960,
      input: { s: `(truncated, original size ${40 * 1024 + 2})` },
    })
  })

  it('ends a run whose outputs are too large, however they are stored', async () => {
    const { result, log } = await runOnce(
      [loop('step_1', '{{[1,2,3,4,5,6,7,8]}}', [code('step_2', big(200))])],
      {},
      { limits: { maxLogSizeMb: 1 } },
    )
    expect(result.status).toBe('LOG_SIZE_EXCEEDED')
    expect(result.failedStep).toMatchObject({
      name: 'step_2',
      message: 'Flow run data size exceeded the maximum allowed size of 1 MB',
    })
    expect(log.executionState.steps.step_1?.output).toMatchObject({ index: 4 })
  })

  it('gives up inputs before it gives up a run', async () => {
    const limits = { maxLogSizeMb: 1, inputTruncateThresholdKb: 1000 }
    const { result, log } = await runOnce(
      [loop('step_1', '{{[1,2,3]}}', [code('step_2', 'return 1', { s: '{{trigger.body}}' })])],
      'x'.repeat(250 * 1024),
      { limits },
    )
    expect(result.status).toBe('SUCCEEDED')
    expect(JSON.stringify(log)).toContain('"(truncated)"')
  })
})
