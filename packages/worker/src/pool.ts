import type { Sandbox } from './sandbox.ts'

/**
 * Engine processes, at most one per slot, kept warm between operations. A free one that holds the wanted
 * version is preferred, then one that served the project last, then any; a new one starts when all are busy.
 */
export interface SandboxPool {
  readonly size: number
  readonly busy: number
  /** @throws Error when all are busy, or a new process does not start. */
  acquire(want: { versionKey: string | undefined; projectId: string }): Promise<Sandbox>
  /** Gives a sandbox back; a dead or bloated one is replaced by the next acquire. */
  release(sandbox: Sandbox): void
  /** Starts processes ahead of need, up to the given number. */
  warm(count: number): Promise<void>
  /** Ends the processes that nobody needs at the moment. */
  endIdle(): Promise<void>
  close(): Promise<void>
}

interface PoolOptions {
  size: number
  start: () => Promise<Sandbox>
  /** A process larger than this after an operation is retired. */
  retireAboveKb: number
  /** Idle processes beyond the first end after this time. */
  idleMs: number
  /** Code of users could leave something behind in its process: a process serves one project only. */
  oneProjectEach?: boolean
}

const TIDY_MS = 5000

export function createSandboxPool({
  size,
  start,
  retireAboveKb,
  idleMs,
  oneProjectEach = false,
}: PoolOptions): SandboxPool {
  // Most recently used last: the warmest process is taken first, so the others may go idle and end.
  const idle: { sandbox: Sandbox; since: number }[] = []
  const busy = new Set<Sandbox>()
  let starting = 0
  let closed = false

  const take = (index: number): Sandbox | undefined => {
    const [entry] = idle.splice(index, 1)
    return entry?.sandbox
  }

  const pick = (versionKey: string | undefined, projectId: string): Sandbox | undefined => {
    for (let i = idle.length - 1; i >= 0; i--) {
      if (idle[i]?.sandbox.unclean) void take(i)?.close()
      else if (!idle[i]?.sandbox.alive) take(i)
    }
    // A version is of one project.
    let index = versionKey === undefined ? -1 : idle.findLastIndex(({ sandbox }) => sandbox.versions.has(versionKey))
    if (index < 0) index = idle.findLastIndex(({ sandbox }) => sandbox.projectId === projectId)
    if (index < 0 && oneProjectEach) {
      index = idle.findLastIndex(({ sandbox }) => sandbox.projectId === undefined)
      // The one unused for longest makes room.
      if (index < 0 && idle.length + busy.size >= size) void take(0)?.close()
    } else if (index < 0) index = idle.length - 1
    return index < 0 ? undefined : take(index)
  }

  const retireBloated = async () => {
    for (const { sandbox } of [...idle]) {
      const used = await sandbox.memoryKb()
      const index = idle.findIndex((entry) => entry.sandbox === sandbox)
      if ((used > retireAboveKb || sandbox.unclean) && index >= 0) void take(index)?.close()
    }
  }

  const tidy = setInterval(() => {
    const limit = Date.now() - idleMs
    while (idle.length > 1 && (idle[0]?.since ?? limit) < limit) void take(0)?.close()
    void retireBloated()
  }, TIDY_MS)
  tidy.unref()

  const begin = async (): Promise<Sandbox> => {
    starting++
    try {
      return await start()
    } finally {
      starting--
    }
  }

  const park = (sandbox: Sandbox) => idle.push({ sandbox, since: Date.now() })

  return {
    size,
    get busy() {
      return busy.size
    },
    async acquire({ versionKey, projectId }) {
      if (closed) throw new Error('The worker is shutting down')
      const sandbox = pick(versionKey, projectId) ?? (await begin())
      if (closed) {
        await sandbox.close()
        throw new Error('The worker is shutting down')
      }
      busy.add(sandbox)
      sandbox.projectId = projectId
      return sandbox
    },
    release(sandbox) {
      busy.delete(sandbox)
      if (!sandbox.alive) return
      if (closed) {
        void sandbox.close()
        return
      }
      park(sandbox)
    },
    async warm(count) {
      const missing = Math.min(count, size) - idle.length - busy.size - starting
      const started = await Promise.all(Array.from({ length: Math.max(0, missing) }, begin))
      for (const sandbox of started) closed ? void sandbox.close() : park(sandbox)
    },
    async endIdle() {
      await Promise.all(idle.splice(0).map(({ sandbox }) => sandbox.close()))
    },
    async close() {
      closed = true
      clearInterval(tidy)
      await Promise.all([...idle.map(({ sandbox }) => sandbox), ...busy].map((sandbox) => sandbox.close()))
      idle.length = 0
    },
  }
}
