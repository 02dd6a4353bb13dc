import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Keeps a second server off the folder of an embedded database, which one process at a time may open.
 * A lock outlives its process when that is killed; it is told by the process's start time, so that a new process
 * with the same number does not count for the old one.
 * @returns how to let go of the folder.
 * @throws Error naming the process that has the folder open.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'server.lock')
  const mine = describe(process.pid)
  for (;;) {
    try {
      writeFileSync(path, mine, { flag: 'wx', mode: 0o600 })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = read(path)
    const pid = Number(holder.split(' ', 1)[0])
    if (pid > 0 && holder === describe(pid))
      throw new Error(
        `The data folder ${folder} is in use by process ${pid}. Stop that server, or choose another AP_CONFIG_PATH.`,
      )
    rmSync(path, { force: true })
  }
}

/** Process number and start time: together they name one process of this machine. */
function describe(pid: number): string {
  const stat = read(`/proc/${pid}/stat`)
  // The name in parentheses may hold anything; the start time is the 20th field after it.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return `${pid} ${startTime ?? (isAlive(pid) ? 'alive' : 'gone')}`
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
