import type { EngineOperation, PieceLocation } from '@piecework/engine/protocol'
import type { DiskCache } from './cache.ts'
import type { PieceInstaller } from './pieces.ts'
import type { SandboxPool } from './pool.ts'
import type { Preparer } from './prepare.ts'
import { type Sandbox, SandboxGoneError } from './sandbox.ts'
import type { Task } from './task.ts'

interface Parts {
  pool: Pick<SandboxPool, 'acquire' | 'release'>
  cache: Pick<DiskCache, 'during'>
  /** Notes the parts of the cache that a sandbox uses. */
  give(sandbox: Sandbox, paths: string[]): void
  preparer: Preparer
  pieces: PieceInstaller
}

/** A sandbox, and the operation that it can begin at once. */
interface Seat {
  sandbox: Sandbox
  operation: EngineOperation
}

/** Sandboxes tried for one operation, when they are killed before it begins. */
const MAX_SEATS = 3

/** @returns finds a sandbox for a task, and puts in place the code and the pieces that the task needs. */
export function createSeats({ pool, cache, give, preparer, pieces }: Parts): (task: Task) => Promise<Seat> {
  /** Uploaded pieces are code of those who may upload: like code of a flow, it is kept from other projects. */
  const claimFor = (task: Task, sandbox: Sandbox): void => {
    const sources = [task.piece?.source, ...Object.values(task.version?.pieces ?? {})]
    if (sources.some((source) => source?.type === 'ARCHIVE')) sandbox.claim()
  }

  /** The operation with code and pieces in place; a version that the sandbox holds travels by its key alone. */
  const place = async (task: Task, sandbox: Sandbox): Promise<EngineOperation> => {
    const { operation } = task
    if (operation.type === 'EXECUTE_FLOW' || operation.type === 'EXECUTE_TRIGGER_HOOK') {
      if (!task.version) throw new Error(`${operation.type} needs a flow version`)
      if (operation.type === 'EXECUTE_FLOW' && sandbox.versions.get(task.version.key))
        return { ...operation, prepared: { key: task.version.key } }
      const prepared = await preparer.prepare(task.version, {
        projectId: operation.projectId,
        hurried: task.mayWait === true,
      })
      give(sandbox, filesOf(prepared.codes, prepared.pieces))
      if (operation.type === 'EXECUTE_TRIGGER_HOOK') return { ...operation, prepared }
      sandbox.versions.set(task.version.key, true)
      return { ...operation, prepared }
    }
    if (!task.piece) throw new Error(`${operation.type} needs a piece`)
    const piece = await pieces.install(task.piece, { hurried: false })
    give(sandbox, filesOf({}, { piece }))
    return { ...operation, piece }
  }

  /** A sandbox that is there, with all that the task needs. One that was killed meanwhile gives way to another. */
  return async (task) => {
    for (let attempt = 1; ; attempt++) {
      let sandbox: Sandbox | undefined
      try {
        sandbox = await pool.acquire({
          versionKey: task.version?.key,
          projectId: task.operation.projectId,
          isRun: task.operation.type === 'EXECUTE_FLOW',
        })
        const seated = sandbox
        claimFor(task, seated)
        const operation = await cache.during(() => place(task, seated))
        if (!sandbox.alive) throw new SandboxGoneError('The engine process ended before the operation began', true)
        return { sandbox, operation }
      } catch (error) {
        if (sandbox) pool.release(sandbox)
        if (!(error instanceof SandboxGoneError) || attempt === MAX_SEATS) throw error
      }
    }
  }
}

/** The files among what a sandbox is given; built-in pieces are part of the engine. */
const filesOf = (codes: Record<string, string>, pieces: Record<string, PieceLocation>): string[] => [
  ...Object.values(codes),
  ...Object.values(pieces).flatMap((piece) => ('file' in piece ? piece.file : [])),
]
