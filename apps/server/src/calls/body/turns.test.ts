import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

/** Workers that end when the test asks them to. */
function setUp(workers: number) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string): Promise<string> => {
    begun.push(name)
    const { promise, resolve } = Promise.withResolvers<string>()
    ends.set(name, () => resolve(name))
    return promise
  }
  const take = createTurns(Array.from({ length: workers }, () => work))
  const started = (count: number) => expect.poll(() => begun.length).toBe(count)
  return { begun, take, started, end: (name: string) => ends.get(name)?.() }
}

test('one key never takes the last place from others, and keys take turns', async () => {
  const { begun, take, started, end } = setUp(2)
  const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => take(name.charAt(0), name))
  await started(2)
  expect(begun).toEqual(['a1', 'b1'])
  end('a1')
  await started(3)
  expect(begun.at(-1)).toBe('c1')
  end('c1')
  await started(4)
  expect(begun.at(-1)).toBe('a2')
  end('a2')
  await started(5)
  expect(begun.at(-1)).toBe('a3')
  end('b1')
  await started(6)
  for (const name of begun) end(name)
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'])
})

test('work that fails gives its place back', async () => {
  const take = createTurns([
    (name: string): Promise<string> => (name === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(name)),
  ])
  await expect(take('a', 'bad')).rejects.toThrow('no')
  expect(await take('a', 'good')).toBe('good')
})
