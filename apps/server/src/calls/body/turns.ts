/**
 * Gives work to a few that do it one at a time. No key has two of them while another waits, and keys take turns.
 * @param workers those that do the work
 */
export function createTurns<Request, Reply>(
  workers: readonly ((request: Request) => Promise<Reply>)[],
): (key: string, request: Request) => Promise<Reply> {
  const free = [...workers]
  /** In the order in which it is the turn of their keys. */
  const waiting = new Map<string, ((worker: (request: Request) => Promise<Reply>) => void)[]>()
  const busy = new Set<string>()

  const next = (): void => {
    for (const [key, line] of waiting) {
      if (busy.has(key)) continue
      const worker = free.pop()
      if (!worker) return
      const begin = line.shift()
      if (line.length === 0) waiting.delete(key)
      busy.add(key)
      begin?.(worker)
    }
  }

  return async (key, request) => {
    const { promise, resolve } = Promise.withResolvers<(request: Request) => Promise<Reply>>()
    const line = waiting.get(key)
    if (line) line.push(resolve)
    else waiting.set(key, [resolve])
    next()
    const worker = await promise
    try {
      return await worker(request)
    } finally {
      free.push(worker)
      busy.delete(key)
      const rest = waiting.get(key)
      if (rest) {
        // Behind the others.
        waiting.delete(key)
        waiting.set(key, rest)
      }
      next()
    }
  }
}
