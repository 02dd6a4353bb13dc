import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { TaskOutcome } from './task.ts'

/** How a process ended, and the last that it printed. */
export interface Death {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/**
 * Options of a process that ends when its worker says so: in a session of its own, it gets no signal of the terminal
 * or of the group of the worker, which may still need it for an orderly stop.
 */
export const APART = { detached: true } as const

/** V8 says a lot behind the line that tells why it aborts. */
const OUTPUT_TAIL_CHARACTERS = 16 * 1024
const SHOWN_CHARACTERS = 4096
/** The worker reads the last words of a dead process for this long; another process may hold its pipes forever. */
const TAIL_MS = 500

/**
 * Watches a process that was started apart.
 * @returns a promise of its end. By then all that is left of its process group is killed, and its pipes are closed.
 */
export function watchDeath(child: ChildProcess): Promise<Death> {
  const tail = collectTail(child)
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const finish = (): void => {
        clearTimeout(timer)
        for (const stream of child.stdio) stream?.destroy()
        resolve({ code, signal, output: tail() })
      }
      // Timers come before reading where this process was kept busy: one more look at the pipes.
      const timer = setTimeout(() => setImmediate(() => setImmediate(finish)), TAIL_MS)
      child.once('close', finish)
      killGroup(child)
    })
  })
}

/** Kills a process that was started apart, and what it started in its group. */
export function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** Signals by which a process dies of itself. */
const OWN_FAULTS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
])
const OUT_OF_MEMORY = /FATAL ERROR: .*(out of memory|allocation failed)|Fatal (JavaScript|process) out of memory/i

/**
 * Finds out why an engine died that its worker did not kill: its memory was full, it failed by itself, or somebody
 * ended it. The last says nothing about the run, which goes on in another engine.
 */
export function meaningOf({ code, signal, output }: Death, isLaunched: boolean): TaskOutcome {
  const by = signal ?? (isLaunched ? signalOf(code) : undefined)
  const isAbort = by === 'SIGABRT' || by === 'SIGTRAP' || by === 'SIGILL'
  if (isAbort && OUT_OF_MEMORY.test(output)) return { kind: 'MEMORY_LIMIT_EXCEEDED' }
  const how = by ? `was ended by ${by}` : `ended with exit code ${code}`
  if (by && !OWN_FAULTS.has(by)) return { kind: 'LOST', message: `The engine process ${how}` }
  const shown = output.slice(-SHOWN_CHARACTERS)
  return { kind: 'CRASHED', message: `The engine process ${how}${shown ? `: ${shown}` : ''}` }
}

/** A launcher tells the signal of the process that it started by an exit code of 128 and more. */
function signalOf(code: number | null): NodeJS.Signals | undefined {
  const isSignal = (name: string): name is NodeJS.Signals => name in constants.signals
  return Object.keys(constants.signals)
    .filter(isSignal)
    .find((name) => constants.signals[name] === (code ?? 0) - 128)
}

/** The end of what a process printed. */
function collectTail(child: ChildProcess): () => string {
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8')
    stream?.on('error', () => {})
    stream?.on('data', (text: string) => {
      tail = (tail + text).slice(-OUTPUT_TAIL_CHARACTERS)
    })
  }
  return () => tail.trim()
}
