export interface Times {
  first: string
  least: string
  p50: string
  p95: string
  max: string
}

/** Measures a call in milliseconds, many times; the first call is measured separately. */
export async function timesOf(rounds: number, call: () => Promise<unknown>): Promise<Times> {
  const time = async () => {
    const began = performance.now()
    await call()
    return performance.now() - began
  }
  const first = await time()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await time())
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)
  return { first: first.toFixed(1), least: at(0), p50: at(0.5), p95: at(0.95), max: at(1) }
}

export const row = (...cells: (string | number)[]): void =>
  console.log(cells.map((cell) => String(cell).padStart(13)).join(''))
