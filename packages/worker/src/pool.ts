import type { Sandbox } from './sandbox.ts'

/**
 * Engine processes, kept warm between operations. A process that has run code of a project serves that project alone;
 * a clean one serves the next project. There may be more processes than slots, so that a project that comes back
 * finds its own.
 */
export interface SandboxPool {
  readonly size: number
  readonly busy: number
  /** @throws Error when a new process does not start. */
  acquire(want: Want): Promise<Sandbox>
  /** Gives a sandbox back; a dead, bloated or unclean one is replaced by the next acquire. */
  release(sandbox: Sandbox): void
  /** Starts processes ahead of need, up to the given number. */
  warm(count: number): Promise<void>
  /** Ends the processes that nobody needs at the moment. */
  endIdle(): Promise<void>
  close(): Promise<void>
}

interface Want {
  versionKey: string | undefined
  projectId: string
  /** The operation is a run, and no look at a trigger or at options. */
  isRun: boolean
}

/**
 * Whom a process serves after its first operation: anybody, until code of a project ran in it (`ANYBODY`); its project
 * alone (`PROJECT`); as that, but a run gets a process that nothing ran in, and is the last of it (`NOBODY`).
 */
export type Reuse = 'ANYBODY' | 'PROJECT' | 'NOBODY'

interface PoolOptions {
  /** Operations at one time. */
  size: number
  /** Processes at one time, idle ones counted. */
  maxProcesses: number
  start: () => Promise<Sandbox>
  /** A process larger than this after an operation is retired. */
  retireAboveKb: number
  /** Idle processes beyond the first end after this time. */
  idleMs: number
  reuse: Reuse
}

const TIDY_MS = 5000
/** How long a need for clean processes is remembered. */
const SPARES_FOR_MS = 60_000

// Over 120 lines: idle, busy and spare processes are one state, which each of its short functions changes.
export function createSandboxPool({
  size,
  maxProcesses,
  start,
  retireAboveKb,
  idleMs,
  reuse,
}: PoolOptions): SandboxPool {
  // Most recently used last: the warmest process is taken first, so the others may go idle and end.
  const idle: { sandbox: Sandbox; since: number }[] = []
  const busy = new Set<Sandbox>()
  /** Those that ran what may not be followed by anything. */
  const spent = new WeakSet<Sandbox>()
  let starting = 0
  let closed = false
  /** Clean processes to have ready: none until somebody had to wait for one, more as more are taken at a time. */
  const fewestSpares = reuse === 'NOBODY' ? 1 : 0
  let spares = fewestSpares
  let lastTaken = 0

  const take = (index: number): Sandbox | undefined => {
    const [entry] = idle.splice(index, 1)
    return entry?.sandbox
  }
  const count = () => idle.length + busy.size + starting
  const isClean = (sandbox: Sandbox): boolean =>
    reuse === 'ANYBODY' ? !sandbox.owned : sandbox.projectId === undefined

  const dropUseless = (): void => {
    for (let i = idle.length - 1; i >= 0; i--) {
      if (idle[i]?.sandbox.unclean) void take(i)?.close()
      else if (!idle[i]?.sandbox.alive) take(i)
    }
  }

  const pick = ({ versionKey, projectId, isRun }: Want): Sandbox | undefined => {
    dropUseless()
    const mayServe = (sandbox: Sandbox): boolean =>
      isClean(sandbox) || (sandbox.projectId === projectId && !(isRun && reuse === 'NOBODY'))
    const find = (fits: (sandbox: Sandbox) => boolean): number =>
      idle.findLastIndex(({ sandbox }) => mayServe(sandbox) && fits(sandbox))
    // A version is of one project.
    let index = versionKey === undefined ? -1 : find((sandbox) => sandbox.versions.has(versionKey))
    if (index < 0) index = find((sandbox) => sandbox.projectId === projectId)
    if (index < 0) index = find(() => true)
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
    const now = Date.now()
    if (now - lastTaken > SPARES_FOR_MS) spares = fewestSpares
    while (idle.length > 1 && (idle[0]?.since ?? now) < now - idleMs) void take(0)?.close()
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

  /** The process of a project that was away for longest makes room. */
  const makeRoom = (): void => {
    if (count() < maxProcesses) return
    const index = idle.findIndex(({ sandbox }) => !isClean(sandbox))
    void take(Math.max(index, 0))?.close()
  }

  /** Starts what is missing of the spare processes, while somebody else works. */
  const replenish = (): void => {
    if (closed) return
    const clean = idle.filter(({ sandbox }) => isClean(sandbox)).length + starting
    for (let missing = spares - clean; missing > 0; missing--) {
      if (count() >= maxProcesses && !idle.some(({ sandbox }) => !isClean(sandbox))) return
      makeRoom()
      begin().then(
        (sandbox) => (closed ? void sandbox.close() : park(sandbox)),
        // The next one that needs a process says why.
        () => {},
      )
    }
  }

  /** Somebody takes a process that nothing ran in, or waits for one. */
  const noteTaken = (isReady: boolean): void => {
    lastTaken = Date.now()
    // When all are busy, one more process means no change of project, and only the next burst of work would need it.
    const isChange = reuse === 'NOBODY' || idle.length > 0
    if (!isReady && isChange) spares = Math.min(spares + 1, size)
  }

  return {
    size,
    get busy() {
      return busy.size
    },
    async acquire(want) {
      if (closed) throw new Error('The worker is shutting down')
      const picked = pick(want)
      if (!picked || picked.projectId === undefined) noteTaken(picked !== undefined)
      if (!picked) makeRoom()
      const sandbox = picked ?? (await begin())
      if (closed) {
        await sandbox.close()
        throw new Error('The worker is shutting down')
      }
      busy.add(sandbox)
      sandbox.projectId = want.projectId
      if (reuse === 'NOBODY' && want.isRun) spent.add(sandbox)
      replenish()
      return sandbox
    },
    release(sandbox) {
      busy.delete(sandbox)
      if (!sandbox.alive) return
      if (closed || sandbox.unclean || spent.has(sandbox)) void sandbox.close()
      else park(sandbox)
      replenish()
    },
    async warm(wanted) {
      const missing = Math.min(wanted, size) - count()
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
