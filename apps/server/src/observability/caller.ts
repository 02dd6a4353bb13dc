import { readdir, readFile, readlink } from 'node:fs/promises'
import type { Socket } from 'node:net'

/** An address of this machine: `127.…`, `::1`, and the former written as the latter. */
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

/**
 * Whether a connection comes from a program of this machine that is neither this server nor one that it started:
 * engine processes, in which flows run, and the proxy for their requests call from here, too. Where the system does not
 * tell (it is no Linux, or the process is out of sight), nobody is taken for local.
 * @param callsForFlows whether this process itself makes requests for flows, as the egress proxy does.
 */
export async function isOperator(socket: Socket, callsForFlows: boolean): Promise<boolean> {
  const { remoteAddress = '', remotePort, localPort } = socket
  if (!LOOPBACK.test(remoteAddress) || remotePort === undefined || localPort === undefined) return false
  try {
    const inode = await inodeOf(remotePort, localPort)
    const own = (await ownProcesses()).filter((id) => callsForFlows || id !== process.pid)
    return inode !== undefined && !(await holdsSocket(own, inode))
  } catch {
    return false
  }
}

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/** The number under which the other end of a connection is known. */
async function inodeOf(from: number, to: number): Promise<string | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  for (const line of tables.join('\n').split('\n')) {
    const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/)
    if (local?.endsWith(`:${hex(from)}`) && remote?.endsWith(`:${hex(to)}`) && inode !== '0') return inode
  }
  return undefined
}

/** This process and all that descend from it. */
async function ownProcesses(): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map<number, number>()
  for (const id of all) {
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')
    // The name of the program stands in brackets, and may hold anything.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (parent !== undefined) parents.set(id, Number(parent))
  }
  const isOwn = (id: number): boolean => {
    let next: number | undefined = id
    for (let hops = 0; next !== undefined && hops < parents.size; hops++) {
      if (next === process.pid) return true
      next = parents.get(next)
    }
    return false
  }
  return all.filter(isOwn)
}

/** @throws when the files of a process that is still there may not be read. */
async function holdsSocket(processes: readonly number[], inode: string): Promise<boolean> {
  for (const id of processes) {
    const folder = `/proc/${id}/fd`
    for (const name of await readdir(folder).catch(ignoreGone)) {
      if ((await readlink(`${folder}/${name}`).catch(() => '')) === `socket:[${inode}]`) return true
    }
  }
  return false
}

function ignoreGone(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return []
  throw error
}
