import { createMemoryStore, createMockActionContext, type Store } from '@piecework/framework'
import { beforeEach, describe, expect, it } from 'vitest'
import { addToList, removeFromList } from './actions/list.ts'
import { append, get, put, removeValue } from './actions/value.ts'

let store: Store
beforeEach(() => {
  store = createMemoryStore()
})
const context = <V extends object>(values: V, runId = 'run1', store_scope = 'FLOW') =>
  createMockActionContext({ store, runId, propsValue: { key: 'k', store_scope, ...values } })

describe('a value', () => {
  it('is stored, read and removed', async () => {
    expect(await put.run(context({ value: 'v' }))).toBe('v')
    expect(await get.run(context({}))).toBe('v')
    expect(await removeValue.run(context({}))).toEqual({ success: true })
    expect(await get.run(context({ defaultValue: 'none' }))).toBe('none')
  })

  it('belongs to its scope', async () => {
    await put.run(context({ value: 'run' }, 'run1', 'RUN'))
    await put.run(context({ value: 'project' }, 'run1', 'COLLECTION'))
    expect(await get.run(context({}, 'run1', 'RUN'))).toBe('run')
    expect(await get.run(context({}, 'run2', 'RUN'))).toBeUndefined()
    expect(await get.run(context({}, 'run2', 'COLLECTION'))).toBe('project')
    expect(await get.run(context({}, 'run2', 'FLOW'))).toBeUndefined()
  })

  it('of the run scope is found by a later test of a step', async () => {
    await put.test(context({ value: 'v' }, 'test-1', 'RUN'))
    expect(await get.test(context({}, 'test-2', 'RUN'))).toBe('v')
  })

  it('grows by appended text', async () => {
    await append.run(context({ value: 'a', separator: '\\n' }))
    expect(await append.run(context({ value: 'b', separator: '\\n' }))).toBe('a\nb')
  })

  it('cannot be appended to when it is no text', async () => {
    await store.put('k', [1])
    await expect(append.run(context({ value: 'b' }))).rejects.toThrow('not a text')
  })

  it('needs a key of a fitting length', async () => {
    await expect(get.run(context({ key: 'k'.repeat(129) }))).rejects.toThrow('1 to 128')
    await expect(put.run(context({ key: '', value: 'v' }))).rejects.toThrow('1 to 128')
  })
})

describe('a list', () => {
  it('takes items, equal ones only once when asked', async () => {
    await addToList.run(context({ value: [{ a: 1 }, 'x'] }))
    expect(await addToList.run(context({ value: [{ a: 1 }, 'y'], ignore_if_exists: true }))).toEqual([
      { a: 1 },
      'x',
      'y',
    ])
    expect(await addToList.run(context({ value: ['x'] }))).toEqual([{ a: 1 }, 'x', 'y', 'x'])
  })

  it('loses the first equal item, also one that is given as JSON text', async () => {
    await store.put('k', ['x', { a: 1 }, 'x'])
    expect(await removeFromList.run(context({ value: 'x' }))).toEqual([{ a: 1 }, 'x'])
    expect(await removeFromList.run(context({ value: '{"a":1}' }))).toEqual(['x'])
    expect(await removeFromList.run(context({ value: 'missing' }))).toEqual(['x'])
  })

  it('is refused when something else is stored', async () => {
    await store.put('k', 'text')
    await expect(addToList.run(context({ value: [1] }))).rejects.toThrow('not a list')
  })
})
