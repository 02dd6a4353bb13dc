const AT_ONCE = 4

export interface Failure<T> {
  item: T
  error: unknown
}

/**
 * Does something with each of many, four at a time; a failure does not stop the others.
 * @returns what failed
 */
export async function inTurn<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
  onDone: (done: number) => void = () => {},
): Promise<Failure<T>[]> {
  const waiting = [...items]
  const failures: Failure<T>[] = []
  let done = 0
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item)
      } catch (error) {
        failures.push({ item, error })
      }
      onDone(++done)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return failures
}
