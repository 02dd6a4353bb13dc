import { expect, test, vi } from 'vitest'
import { createRunWaiters } from './waiting.ts'

const isOver = async () => false
const stays = { onGone: () => {} }

test('a wait ends when its caller has left, and asks for nothing more', async () => {
  vi.useFakeTimers()
  try {
    const { wait, ended } = createRunWaiters()
    const asked = vi.fn(isOver)
    const leaving: (() => void)[] = []
    const left = wait('run', 60_000, asked, { onGone: (listener) => leaving.push(listener) })
    const other = vi.fn()
    const stayed = wait('run', 60_000, isOver, stays).then(other)
    for (const leave of leaving) leave()
    await left
    expect(asked).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(2)
    expect(other).not.toHaveBeenCalled()
    ended('run')
    await stayed
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('a connection that closes after its wait takes nothing from those who wait for the same run later', async () => {
  vi.useFakeTimers()
  try {
    const { wait, ended } = createRunWaiters()
    const leaving: (() => void)[] = []
    const first = wait('run', 1000, isOver, { onGone: (listener) => leaving.push(listener) })
    await vi.advanceTimersByTimeAsync(1000)
    await first
    const later = wait('run', 60_000, isOver, stays)
    for (const leave of leaving) leave()
    ended('run')
    await later
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('nobody waits for a caller who has left before', async () => {
  await createRunWaiters().wait('run', 60_000, isOver, { onGone: (listener) => listener() })
})
