import { randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The machine of a worker lacks something, room on its disk for instance: no fault of what was asked of it. */
export class MachineFaultError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`The worker cannot prepare anything new: ${reason}`, options)
    this.name = 'MachineFaultError'
  }
}

/** Notices what the machine lacks, and when it has it again. */
export interface MachineWatch {
  /** @throws MachineFaultError while the machine is known to lack something */
  require(): void
  /** @returns the error to go on with: a MachineFaultError, when that is what it tells of */
  judge(error: unknown): unknown
  close(): void
}

interface Options {
  /** The folder that the worker writes to. */
  folder: string
  onFault(reason: string): void
  onRecovered(): void
  /** How often it is tried again. */
  probeMs?: number
}

const PROBE_MS = 2000
const PROBE_BYTES = 256 * 1024
const REASONS: Record<string, string> = {
  ENOSPC: 'its disk is full (ENOSPC)',
  EDQUOT: 'its disk quota is used up (EDQUOT)',
  EROFS: 'its disk is read-only (EROFS)',
  EMFILE: 'it has no file descriptor left (EMFILE)',
  ENFILE: 'the machine has no file descriptor left (ENFILE)',
  EIO: 'its disk does not work (EIO)',
}

/** @returns what the machine lacks, according to the error; undefined for errors of other kinds. */
export function machineFaultOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? REASONS[at.code] : undefined
    if (code !== undefined) return code
  }
  return undefined
}

export function createMachineWatch({ folder, onFault, onRecovered, probeMs = PROBE_MS }: Options): MachineWatch {
  let fault: string | undefined
  let timer: NodeJS.Timeout | undefined

  const probe = async (): Promise<void> => {
    const reason = await tryToWrite(folder).then(() => undefined, machineFaultOf)
    if (timer === undefined) return
    if (reason !== undefined) {
      fault = reason
      timer = setTimeout(() => void probe(), probeMs).unref()
      return
    }
    timer = undefined
    fault = undefined
    onRecovered()
  }

  return {
    require() {
      if (fault !== undefined) throw new MachineFaultError(fault)
    },
    judge(error) {
      if (error instanceof MachineFaultError) return error
      const reason = machineFaultOf(error)
      if (reason === undefined) return error
      fault = reason
      if (timer === undefined) {
        onFault(reason)
        timer = setTimeout(() => void probe(), probeMs).unref()
      }
      return new MachineFaultError(reason, { cause: error })
    },
    close() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

interface Log {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** Tells the operator that a worker cannot go on as it should, and that it can again. */
export function logMachineFault(log: Log, reason: string | undefined): void {
  if (reason === undefined) log.info({}, 'the worker takes new work again')
  else
    log.error(
      {},
      `the worker gives back work for which something must be prepared: ${reason}. What was prepared before goes on; free the disk or raise the limit, and the rest follows by itself`,
    )
}

async function tryToWrite(folder: string): Promise<void> {
  const path = join(folder, `probe-${randomUUID()}`)
  try {
    await mkdir(folder, { recursive: true })
    const file = await open(path, 'wx')
    try {
      await file.write(Buffer.alloc(PROBE_BYTES, 1))
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    await rm(path, { force: true }).catch(() => {})
  }
}
