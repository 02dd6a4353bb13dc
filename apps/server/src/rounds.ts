/** Work that runs one round at a time, and one more round when somebody asks for it meanwhile. */
export interface Rounds {
  wake(): void
  /** Resolves when no round runs. */
  settled(): Promise<void>
}

/** @param failed hears why a round failed; the next call of `wake` begins another one. */
export function createRounds(round: () => Promise<void>, failed: (error: unknown) => void): Rounds {
  let isWanted = false
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    try {
      while (isWanted) {
        isWanted = false
        await round()
      }
    } catch (error) {
      failed(error)
    } finally {
      // No call of `wake` comes between the last look at `isWanted` and this line.
      running = undefined
    }
  }

  return {
    wake() {
      isWanted = true
      running ??= run()
    },
    settled: async () => running,
  }
}
