import { statfs } from 'node:fs/promises'
import { cpus, freemem, networkInterfaces, totalmem } from 'node:os'
import type { MachineInformation } from '@piecework/model/machine'

/** Looks at the machine; processor use is that since the look before. */
export function createMachineReport(workerId: string, folder: string, workerProps: () => Record<string, string>) {
  let before = processorTimes()
  return async (): Promise<MachineInformation> => {
    const now = processorTimes()
    const total = now.total - before.total
    const cpuUsagePercentage = total > 0 ? percent(total - (now.idle - before.idle), total) : 0
    before = now
    const memory = totalmem()
    return {
      workerId,
      workerProps: workerProps(),
      cpuUsagePercentage,
      ramUsagePercentage: percent(memory - freemem(), memory),
      totalAvailableRamInBytes: memory,
      totalCpuCores: processors().length,
      ip: address(),
      diskInfo: await diskOf(folder),
    }
  }
}

function processorTimes(): { idle: number; total: number } {
  let idle = 0
  let total = 0
  for (const { times } of processors()) {
    idle += times.idle
    total += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return { idle, total }
}

const percent = (part: number, whole: number): number => Math.round((part / whole) * 10_000) / 100

/** Asks the system, which fails to answer a process that has no file descriptor left. */
function askSystem<T>(ask: () => T, otherwise: T): T {
  try {
    return ask()
  } catch {
    return otherwise
  }
}

const processors = () => askSystem(cpus, [])

function address(): string {
  const addresses = Object.values(askSystem(networkInterfaces, {})).flatMap((list) => list ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

async function diskOf(folder: string): Promise<MachineInformation['diskInfo']> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder)
    const total = blocks * bsize
    const free = bavail * bsize
    return { total, free, used: total - free, percentage: percent(total - free, total) }
  } catch {
    return { total: 0, free: 0, used: 0, percentage: 0 }
  }
}
