import { expect, test } from 'vitest'
import { createCache } from './cache.ts'

/** A source whose loads end when the test says so. */
function source() {
  const loads: PromiseWithResolvers<string>[] = []
  return {
    loads,
    load: () => {
      const next = Promise.withResolvers<string>()
      loads.push(next)
      return next.promise
    },
  }
}

test('many who ask at once wait for one load, and what it found is kept', async () => {
  const { loads, load } = source()
  const values = createCache<string>({ max: 10 })
  const asked = [values.get('a', load), values.get('a', load)]
  loads[0]?.resolve('first')
  expect(await Promise.all(asked)).toEqual(['first', 'first'])
  expect(await values.get('a', load)).toBe('first')
  expect(loads).toHaveLength(1)
})

test('a load that began before a change is not kept, even when it ends after a later one', async () => {
  for (const forget of ['forget', 'forgetAll'] as const) {
    const { loads, load } = source()
    const values = createCache<string>({ max: 10 })
    const before = values.get('a', load)
    values[forget]('a')
    const after = values.get('a', load)
    loads[1]?.resolve('new')
    expect(await after).toBe('new')
    loads[0]?.resolve('old')
    expect(await before).toBe('old')
    expect(await values.get('a', load)).toBe('new')
    expect(loads).toHaveLength(2)
  }
})

test('neither failures nor what must not be kept are kept', async () => {
  const { loads, load } = source()
  const values = createCache<string>({ max: 10, keeps: (value) => value !== 'draft' })
  const failing = values.get('a', load)
  loads[0]?.reject(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  const draft = values.get('a', load)
  loads[1]?.resolve('draft')
  await draft
  const last = values.get('a', load)
  loads[2]?.resolve('final')
  await last
  expect(await values.get('a', load)).toBe('final')
  expect(loads).toHaveLength(3)
})

test('where loads are not shared, each caller gets what it finds itself', async () => {
  const { loads, load } = source()
  const values = createCache<string>({ max: 10, sharesLoads: false })
  const first = values.get('a', load)
  const second = values.get('a', load)
  loads[1]?.resolve('after the change')
  loads[0]?.resolve('before the change')
  expect(await Promise.all([first, second])).toEqual(['before the change', 'after the change'])
  expect(await values.get('a', load)).toBe('after the change')
})

test('it is bounded, and unknown keys push nothing out', async () => {
  const values = createCache<string | undefined>({ max: 2, keeps: (value) => value !== undefined })
  let loaded = 0
  const get = (key: string, value: string | undefined = key) =>
    values.get(key, async () => {
      loaded++
      return value
    })
  await get('a')
  await get('b')
  await Promise.all(Array.from({ length: 100 }, (_, index) => values.get(`unknown ${index}`, async () => undefined)))
  await get('a')
  expect(loaded).toBe(2)
  await get('c')
  await get('b')
  expect(loaded).toBe(4)
})
