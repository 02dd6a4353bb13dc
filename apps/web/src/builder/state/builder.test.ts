import { FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { code, flow, loop, outline, router } from '@piecework/model/flow/testing'
import { operation, resolve, start } from '@piecework/model/flow/testing-operations'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBuilder } from './builder.ts'
import { createServer, transportTo } from './testing.ts'
import { addition, edit, now, open, rename } from './testing-people.ts'

describe('editing', () => {
  it('shows an edit at once, and says when it is saved', async () => {
    const server = createServer()
    const builder = open(server)
    builder.apply(addition('step_1'))
    expect(outline(builder.getState().version)).toBe('trigger step_1')
    expect(builder.getState().save).toEqual({ kind: 'saving' })
    await builder.settled()
    expect(builder.getState().save).toEqual({ kind: 'saved' })
    expect(outline(server.current().version)).toBe('trigger step_1')
  })

  it('sends typing in one field as one operation', async () => {
    const server = createServer(flow(code('step_1')))
    const builder = open(server)
    for (const text of ['a', 'ab', 'abc']) builder.apply(edit('step_1', text), { merge: 'step_1.name' })
    await builder.settled()
    expect(server.records).toHaveLength(1)
    expect(builder.getState().version.trigger.nextAction?.displayName).toBe('abc')
    builder.undo()
    expect(builder.getState().version.trigger.nextAction?.displayName).toBe('step_1')
  })

  it('keeps what cannot be sent, and sends it later', async () => {
    const server = createServer()
    let isCut = true
    let retry = () => {}
    const transport = {
      ...transportTo(server, 'ada', { fails: () => isCut }),
      wait: () => new Promise<void>((done) => (retry = done)),
    }
    const builder = createBuilder(server.current(), { transport, userId: 'ada', now })
    builder.apply(addition('step_1'))
    builder.apply(addition('step_2'))
    await expect.poll(() => builder.getState().save).toEqual({ kind: 'waiting', count: 2 })
    isCut = false
    retry()
    await builder.settled()
    expect(outline(server.current().version)).toBe('trigger step_2 step_1')
    expect(builder.getState().save).toEqual({ kind: 'saved' })
  })

  it('applies an operation once when its answer is lost', async () => {
    const server = createServer(flow(code('step_1')))
    let losses = 1
    const builder = open(server, 'ada', { fails: (when: string) => when === 'after' && losses-- > 0 })
    builder.apply({ type: 'DUPLICATE_ACTION', request: { stepName: 'step_1' } })
    await builder.settled()
    expect(outline(server.current().version)).toBe('trigger step_1 step_2')
    expect(builder.getState().version).toEqual(server.current().version)
  })

  it('refuses at once what does not fit, and says why', () => {
    const builder = open()
    expect(builder.apply({ type: 'DELETE_ACTION', request: { names: ['ghost'] } })).toBe(false)
    expect(builder.getState().save).toMatchObject({ kind: 'failed', stepName: 'ghost' })
    builder.dismissRefusals()
    expect(builder.getState().save).toEqual({ kind: 'saved' })
  })

  it('does all of a list or nothing', () => {
    const builder = open()
    expect(builder.apply([addition('step_1'), addition('step_2', 'ghost')])).toBe(false)
    expect(outline(builder.getState().version)).toBe('trigger')
  })
})

describe('undo', () => {
  it('takes edits back and does them again', async () => {
    const server = createServer(flow(router('step_1', [[code('step_2'), loop('step_3', [code('step_4')])], []])))
    const builder = open(server)
    const before = outline(builder.getState().version)
    builder.apply({ type: 'DELETE_BRANCH', request: { stepName: 'step_1', branchIndex: 0 } })
    const after = outline(builder.getState().version)
    builder.undo()
    expect(outline(builder.getState().version)).toBe(before)
    builder.redo()
    expect(outline(builder.getState().version)).toBe(after)
    builder.undo()
    await builder.settled()
    expect(outline(server.current().version)).toBe(before)
    expect(builder.getState().canUndo).toBe(false)
  })
})

describe('with others', () => {
  it('puts their operations under the own waiting ones', async () => {
    const server = createServer(flow(code('step_1')))
    const builder = open(server)
    server.listen((record) => builder.receive(record))
    builder.apply(addition('step_2', 'step_1'))
    server.operate(rename('Orders'), 'bob-1', 0)
    expect(builder.getState().version.displayName).toBe('Orders')
    expect(outline(builder.getState().version)).toBe('trigger step_1 step_2')
    await builder.settled()
    expect(builder.getState().version).toEqual(server.current().version)
  })

  it('never replaces what its author has not seen, and names it', async () => {
    const server = createServer(flow(code('step_1')))
    const builder = open(server)
    builder.apply(edit('step_1', 'Mine'))
    server.operate(edit('step_1', 'Theirs'), 'bob-1', 0)
    await builder.settled()
    expect(builder.getState().version.trigger.nextAction?.displayName).toBe('Theirs')
    expect(builder.getState().save).toMatchObject({ kind: 'failed', stepName: 'step_1' })
    expect(builder.getState().refusals[0]?.changes[0]?.author?.displayName).toBe('Somebody')
    builder.insist()
    await builder.settled()
    expect(server.current().version.trigger.nextAction?.displayName).toBe('Mine')
  })

  it('gives a new step another name when somebody took its name', async () => {
    const server = createServer()
    const builder = open(server)
    builder.apply(addition('step_1'))
    builder.apply(edit('step_1', 'Mine'))
    server.operate(addition('step_1'), 'bob-1', 0)
    await builder.settled()
    expect(outline(server.current().version)).toBe('trigger step_2 step_1')
    expect(server.current().version.trigger.nextAction?.displayName).toBe('Mine')
    expect(builder.getState().version).toEqual(server.current().version)
    builder.undo()
    builder.undo()
    await builder.settled()
    expect(outline(server.current().version)).toBe('trigger step_1')
  })

  it('ends where the server is, whatever was lost, late or refused', async () => {
    const act = fc.record({ user: fc.nat({ max: 1 }), operation, back: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(act, { maxLength: 14 }),
        fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 30 }),
        async (scheduler, acts, luck) => {
          const server = createServer(start())
          let cuts = 0
          let turn = 0
          // Two in ten requests fail, and three in ten messages are lost, as long as there are some left to fail.
          const isUnlucky = (share: number) => turn < 200 && (luck[turn++ % luck.length] ?? 9) < share
          const fails = () => cuts < 20 && isUnlucky(2) && cuts++ >= 0
          const delay = <T>(value: T) => scheduler.schedule(Promise.resolve(value))
          const builders = ['ada', 'bob'].map((user) => open(server, user, { delay, fails }))
          for (const builder of builders)
            server.listen((record) => {
              if (!isUnlucky(3)) void delay(record).then((late) => builder.receive(late))
            })
          for (const { user, operation: random, back } of acts) {
            await scheduler.waitNext(Math.min(1, scheduler.count()))
            const builder = builders[user]
            if (!builder) continue
            if (back) builder.undo()
            const { success, data } = FlowOperation.safeParse(resolve(random, builder.getState().version))
            if (success && isVersionOperation(data)) builder.apply(data)
            if (isUnlucky(1)) server.forget()
          }
          await scheduler.waitIdle()
          const ends = builders.map((builder) => builder.settled().then(() => builder.catchUp()))
          await scheduler.waitFor(Promise.all(ends))
          for (const builder of builders) {
            expect(builder.getState().version).toEqual(server.current().version)
            expect(builder.getState().flow.revision).toBe(server.current().revision)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
