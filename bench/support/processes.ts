import { readdirSync, readFileSync } from 'node:fs'

/** Facts about processes from the kernel. Processes that end in the meantime count as missing. */

/** A process and all its descendants. */
export function treeOf(root: number): number[] {
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent)
  const found = [root]
  // Children are visited in turn.
  for (const pid of found) found.push(...(children.get(pid) ?? []).map((child) => child.pid))
  return found
}

/** Proportional set size in MB: memory that several processes share counts once. */
export function residentMb(pids: readonly number[]): number {
  const kb = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kb.reduce((sum, one) => sum + one, 0) / 1024
}

const TICKS_PER_SECOND = 100

/** Processor time in milliseconds that the processes have used themselves, without their children. */
export const cpuMs = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = statOf(pid)
    return sum + ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000) / TICKS_PER_SECOND
  }, 0)

/** The engine processes among some. */
export const enginesAmong = (pids: readonly number[]): number[] =>
  pids.filter((pid) => read(`/proc/${pid}/cmdline`).includes('/cache/bundles/'))

function allProcesses(): { pid: number; parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statOf(name)[1]) }))
}

/** The fields after the name, which may hold any characters. */
function statOf(pid: number | string): string[] {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
