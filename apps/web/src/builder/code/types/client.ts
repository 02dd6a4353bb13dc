import type { Questions } from './protocol.ts'

/** The worker that knows the types of code: it comes with the first editor of code, and goes some time after the last. */
export interface TypeClient {
  /** The answer; undefined when the worker cannot be had. */
  ask<Q extends keyof Questions>(question: Q, about: Questions[Q]['about']): Promise<Questions[Q]['answer'] | undefined>
  release(): void
}

/** The worker holds much memory, and is kept a while for the next step that a person opens. */
const KEPT_MS = 60_000

interface Thread {
  worker: Worker
  waiting: Set<() => void>
}

let thread: Thread | undefined
let users = 0
let ending: ReturnType<typeof setTimeout> | undefined

export function openTypeClient(): TypeClient {
  users++
  clearTimeout(ending)
  let isReleased = false
  return {
    ask: (question, about) =>
      new Promise((resolve) => {
        thread ??= start()
        const { worker, waiting } = thread
        const { port1: here, port2: there } = new MessageChannel()
        const giveUp = (): void => settle(undefined)
        const settle = (answer: Parameters<typeof resolve>[0]): void => {
          waiting.delete(giveUp)
          here.close()
          resolve(answer)
        }
        waiting.add(giveUp)
        here.onmessage = ({ data }: MessageEvent<Parameters<typeof resolve>[0]>) => settle(data)
        worker.postMessage({ question, about }, [there])
      }),
    release() {
      if (isReleased) return
      isReleased = true
      users--
      if (users === 0) ending = setTimeout(stop, KEPT_MS)
    },
  }
}

function start(): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const started: Thread = { worker, waiting: new Set() }
  // The code of the worker cannot be loaded, or the worker is out of memory; the next question starts another one.
  worker.onerror = () => {
    if (thread === started) stop()
  }
  return started
}

function stop(): void {
  const stopped = thread
  thread = undefined
  stopped?.worker.terminate()
  for (const giveUp of stopped?.waiting ?? []) giveUp()
}
