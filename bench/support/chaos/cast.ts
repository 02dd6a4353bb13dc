import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerProcess, WorkerProcess } from '../../../test/support/process.ts'
import { enginesAmong, treeOf } from '../processes.ts'
import type { Random } from '../random.ts'

/** A process that the benchmark kills and starts again, as a supervisor does. */
export interface Part {
  readonly isUp: boolean
  /** SIGKILL, of the process alone or with all its children; it is started again. */
  kill(): Promise<void>
  /** SIGKILL of one of its engine processes. @returns whether there was one. */
  killSandbox(): boolean
  /** Stops the process, and continues it later. */
  freeze(ms: number): Promise<void>
  /** The last output of processes that exited by themselves. */
  readonly ends: readonly string[]
  /** Resolves when it runs. */
  up(): Promise<void>
  end(): Promise<void>
}

const RESTART_MS = 300
const LAST_WORDS = 20

export async function startPart(start: () => Promise<ServerProcess | WorkerProcess>, random: Random): Promise<Part> {
  let current = await start()
  let disturbed: Promise<void> | undefined
  let closed = false
  const ends: string[] = []

  const disturb = (work: () => Promise<void>): Promise<void> => {
    disturbed = work().finally(() => {
      disturbed = undefined
    })
    return disturbed
  }

  const watch = (process: ServerProcess | WorkerProcess): void => {
    void process.ended.then(() => {
      if (closed || disturbed) return
      ends.push(process.output().split('\n').slice(-LAST_WORDS).join('\n'))
      void disturb(bringUp)
    })
  }

  const bringUp = async (): Promise<void> => {
    while (!closed) {
      try {
        current = await start()
        watch(current)
        return
      } catch {
        // Its database may be down.
        await sleep(RESTART_MS)
      }
    }
  }

  watch(current)
  return {
    get isUp() {
      return disturbed === undefined
    },
    ends,
    kill: () =>
      disturb(async () => {
        await current.kill(random.next() < 0.5 ? 'tree' : 'process')
        await bringUp()
      }),
    killSandbox() {
      const engines = enginesAmong(treeOf(current.pid))
      const pid = engines[random.below(engines.length)]
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      return pid !== undefined
    },
    freeze: (ms) =>
      disturb(async () => {
        process.kill(current.pid, 'SIGSTOP')
        await sleep(ms)
        process.kill(current.pid, 'SIGCONT')
      }),
    async up() {
      while (disturbed) await disturbed
    },
    async end() {
      closed = true
      await disturbed
      // Engines may have outlived their worker, or there may be nothing left to kill.
      await current.kill().catch(() => {})
    },
  }
}
