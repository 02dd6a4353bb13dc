/** A repeatable random generator: the same seed makes the same choices. */
export interface Random {
  readonly seed: number
  /** A number from 0 to below 1. */
  next(): number
  /** A whole number from 0, below `count`. */
  below(count: number): number
  between(from: number, to: number): number
  /** One of the choices, by its weight. */
  pick<T>(choices: readonly (readonly [weight: number, choice: T])[]): T
}

/** The generator "mulberry32": small, and even enough for this purpose. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    seed,
    next,
    below: (count) => Math.floor(next() * count),
    between: (from, to) => from + next() * (to - from),
    pick: (choices) => {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, choice] of choices) {
        left -= weight
        if (left < 0) return choice
      }
      throw new Error('There is nothing to choose from')
    },
  }
}
