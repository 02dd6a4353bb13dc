import { code, flow, outline } from '@piecework/model/flow/testing'
import { walk } from '@piecework/model/flow/walk'
import { describe, expect, it } from 'vitest'
import { createBuilder } from './builder.ts'
import { MOST_WAITING } from './queue.ts'
import { createServer, transportTo } from './testing.ts'
import { addition, codeOf, cutOff, edit, memory, now, rename, withInput } from './testing-people.ts'

describe('after being away', () => {
  for (const isForgotten of [false, true]) {
    const how = isForgotten ? 'when what was missed is not kept' : 'by what was missed'

    it(`changes only what its author changed, ${how}`, async () => {
      const server = createServer(flow(code('step_1', { url: 'a', body: 'b' })))
      const { builder, waits, mend } = cutOff(server)
      builder.apply(rename('Orders'))
      builder.apply(withInput('step_1', { url: 'mine', body: 'b' }))
      builder.apply(withInput('step_1', { url: 'mine', body: 'b' }, 'My name'))
      await waits()
      server.operate(withInput('step_1', { url: 'a', body: 'theirs' }), 'bob-1', 0)
      if (isForgotten) server.forget()
      await mend()
      const step = codeOf(server.current().version, 'step_1')
      expect(step?.settings.input).toEqual({ url: 'mine', body: 'theirs' })
      expect(step?.displayName).toBe('My name')
      expect(builder.getState().save).toEqual({ kind: 'saved' })
      expect(builder.getState().version).toEqual(server.current().version)
    })

    it(`keeps the value of others that its author has not seen, and shows both, ${how}`, async () => {
      const server = createServer(flow(code('step_1', { url: 'a', body: 'b' })))
      const { builder, waits, mend } = cutOff(server)
      builder.apply(withInput('step_1', { url: 'mine', body: 'b' }))
      builder.apply(withInput('step_1', { url: 'mine', body: 'mine' }))
      await waits()
      server.operate(withInput('step_1', { url: 'theirs', body: 'b' }, 'Their name'), 'bob-1', 0)
      if (isForgotten) server.forget()
      await mend()
      const step = () => codeOf(server.current().version, 'step_1')
      expect(step()?.settings.input).toEqual({ url: 'theirs', body: 'mine' })
      const { refusals, save } = builder.getState()
      expect(save).toMatchObject({ kind: 'failed', stepName: 'step_1', field: 'url' })
      expect(refusals).toMatchObject([{ clashes: [{ path: 'settings.input.url', mine: 'mine', theirs: 'theirs' }] }])
      builder.insist()
      await builder.settled()
      expect(step()?.settings.input).toEqual({ url: 'mine', body: 'mine' })
      expect(step()?.displayName).toBe('Their name')
    })

    it(`does not send an operation twice whose answer was lost, ${how}`, async () => {
      const server = createServer(flow(code('step_1', { url: 'a' })))
      const { builder, waits, mend } = cutOff(server, { when: 'after' })
      builder.apply(withInput('step_1', { url: 'first' }))
      builder.apply(withInput('step_1', { url: 'second' }))
      await waits()
      server.operate(rename('Theirs'), 'bob-1', 0)
      if (isForgotten) server.forget()
      await mend()
      expect(codeOf(server.current().version, 'step_1')?.settings.input).toEqual({ url: 'second' })
      expect(builder.getState().save).toEqual({ kind: 'saved' })
      expect(server.records).toHaveLength(3)
    })
  }

  it('does not replace what came while a request was on its way, though it was heard of', async () => {
    const server = createServer(flow(code('step_1', { url: 'a' })))
    const { builder, waits, mend } = cutOff(server)
    server.listen((record) => builder.receive(record))
    builder.apply(withInput('step_1', { url: 'mine' }))
    await waits()
    server.operate(withInput('step_1', { url: 'theirs' }), 'bob-1', 0)
    await mend()
    expect(codeOf(server.current().version, 'step_1')?.settings.input).toEqual({ url: 'theirs' })
    expect(builder.getState().refusals).toMatchObject([{ clashes: [{ mine: 'mine', theirs: 'theirs' }] }])
  })

  it('refuses a publication of what was not seen', async () => {
    const server = createServer(flow(code('step_1')))
    const { builder, waits, mend } = cutOff(server)
    builder.apply(rename('Orders'))
    const published = builder.send({ type: 'LOCK_AND_PUBLISH', request: {} }).then(
      () => 'published',
      () => 'refused',
    )
    await waits()
    server.operate(edit('step_1', 'Theirs'), 'bob-1', 0)
    server.forget()
    await mend()
    expect(await published).toBe('refused')
    expect(server.current().version.displayName).toBe('Orders')
  })

  it('follows steps that got other names, in expressions and copies too', async () => {
    const server = createServer(flow(code('step_1')))
    const { builder, waits, mend } = cutOff(server)
    builder.apply({ type: 'DUPLICATE_ACTION', request: { stepName: 'step_1' } })
    builder.apply(edit('step_2', 'My copy'))
    builder.apply(addition('step_3', 'step_2'))
    builder.apply(withInput('step_3', { of: '{{step_2.x}} {{step_1.x}}' }))
    builder.open('step_3')
    await waits()
    server.operate(addition('step_2'), 'bob-1', 0)
    server.operate(addition('step_3'), 'bob-2', 1)
    await mend()
    const { version } = server.current()
    expect(outline(version)).toBe('trigger step_3 step_2 step_1 step_4 step_5')
    expect(codeOf(version, 'step_2')?.displayName).toBe('step_2')
    expect(codeOf(version, 'step_4')?.displayName).toBe('My copy')
    expect(codeOf(version, 'step_5')?.settings.input).toEqual({ of: '{{step_4.x}} {{step_1.x}}' })
    expect(builder.getState().openStep).toBe('step_5')
    expect(builder.getState().version).toEqual(version)
  })

  it('goes on where a page ended', async () => {
    const server = createServer(flow(code('step_1', { url: 'a' })))
    const tab = memory()
    const before = cutOff(server, { memory: tab })
    before.builder.apply(addition('step_2', 'step_1'))
    before.builder.apply(withInput('step_1', { url: 'mine' }))
    await before.waits()
    before.builder.stop()
    server.operate(withInput('step_1', { url: 'a' }, 'Theirs'), 'bob-1', 0)

    const after = createBuilder(server.current(), {
      transport: transportTo(server, 'again'),
      userId: 'ada',
      now,
      memory: tab,
    })
    expect(outline(after.getState().version)).toBe('trigger step_1 step_2')
    await after.settled()
    expect(outline(server.current().version)).toBe('trigger step_1 step_2')
    expect(codeOf(server.current().version, 'step_1')).toMatchObject({
      displayName: 'Theirs',
      settings: { input: { url: 'mine' } },
    })
    expect(tab.kept()).toEqual([])
  })

  it('sends what was typed just before the page was left', async () => {
    const server = createServer(flow(code('step_1', { url: 'a' })))
    const tab = memory()
    const transport = { ...transportTo(server, 'ada'), pause: () => new Promise<void>(() => {}) }
    const before = createBuilder(server.current(), { transport, userId: 'ada', now, memory: tab })
    before.apply(withInput('step_1', { url: 'typed' }), { merge: 'step_1.input.url' })
    before.stop()

    const after = createBuilder(server.current(), {
      ...{ transport: transportTo(server, 'again'), userId: 'ada', now, memory: tab },
    })
    await after.settled()
    expect(codeOf(server.current().version, 'step_1')?.settings.input).toEqual({ url: 'typed' })
    expect(after.getState().save).toEqual({ kind: 'saved' })
  })
})

describe('several refusals', () => {
  it('keeps each, and applies all of them on demand', async () => {
    const server = createServer(flow(code('step_1'), code('step_2')))
    const { builder, waits, mend } = cutOff(server)
    builder.apply(edit('step_1', 'Mine 1'))
    builder.apply(edit('step_2', 'Mine 2'))
    await waits()
    server.operate(edit('step_1', 'Theirs 1'), 'bob-1', 0)
    server.operate(edit('step_2', 'Theirs 2'), 'bob-2', 1)
    await mend()
    expect(builder.getState().refusals).toHaveLength(2)
    builder.insist()
    await builder.settled()
    const names = [...walk(server.current().version.trigger)].map(({ displayName }) => displayName)
    expect(names).toEqual(['trigger', 'Mine 1', 'Mine 2'])
    expect(builder.getState().save).toEqual({ kind: 'saved' })
  })

  it('takes all of a list or nothing when too many wait, and loses none of them', async () => {
    const server = createServer()
    const { builder, mend } = cutOff(server)
    for (let count = 0; count < MOST_WAITING - 1; count++) builder.apply(rename(`Name ${count}`))
    const list = [addition('step_1'), addition('step_2', 'step_1')]
    expect(builder.apply(list)).toBe(false)
    expect(outline(builder.getState().version)).toBe('trigger')
    expect(builder.getState().refusals).toHaveLength(2)
    await mend()
    builder.insist()
    await builder.settled()
    expect(outline(server.current().version)).toBe('trigger step_1 step_2')
  })
})
