import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'

const SCRIPT = fileURLToPath(new URL('../../../../web/build/main.ts', import.meta.url))

const LONGEST_COMPLAINT = 40

export interface Builder {
  /** Builds the app in a process of its own when its sources have changed since the last build. */
  start(): void
  /** Whether a build goes on. */
  isBuilding(): boolean
  stop(): void
}

/** @param built is called when there is a new build. */
export function createBuilder(log: Logger, built: () => void): Builder {
  let stop = (): void => {}
  let isBuilding = false
  return {
    isBuilding: () => isBuilding,
    stop: () => stop(),
    start() {
      isBuilding = true
      const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'pipe'] })
      stop = () => child.kill('SIGKILL')
      const complaints: string[] = []
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line !== 'current') log.info(`browser app: ${line}`)
      })
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (complaints.length < LONGEST_COMPLAINT) complaints.push(line)
      })
      child.on('error', (err) => log.error({ err }, 'the browser app could not be built'))
      child.on('close', (code, signal) => {
        isBuilding = false
        stop = () => {}
        if (code === 0) built()
        else if (signal === null) log.error({ output: complaints.join('\n') }, 'the browser app could not be built')
      })
    },
  }
}
