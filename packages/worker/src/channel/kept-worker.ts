import { logMachineFault } from '../machine-fault.ts'
import type { WorkerSource } from '../task.ts'
import { createWorker, type Worker } from '../worker.ts'
import type { WorkerSettings } from './messages.ts'

interface Options {
  concurrency: number
  cacheFolder: string
  cacheLimitBytes: number
  log: {
    info(details: object, message: string): void
    warn(details: object, message: string): void
    error(details: object, message: string): void
  }
}

/** The worker of this process, which outlives its sessions, and is made again when an app has other settings. */
export function createKeptWorker(options: Options, apiUrl: string, source: WorkerSource) {
  const { log } = options
  let worker: Worker | undefined
  let workerSettings = ''

  const workerFor = async (settings: WorkerSettings): Promise<Worker> => {
    const text = JSON.stringify(settings)
    if (worker && workerSettings === text) return worker
    await worker?.close()
    worker = undefined
    const made = createWorker(
      {
        cacheFolder: options.cacheFolder,
        cacheLimitBytes: options.cacheLimitBytes,
        concurrency: options.concurrency,
        memoryLimitKb: settings.memoryLimitKb,
        propagatedEnv: chosenEnvironment(settings.propagatedEnvVars),
        reuseSandbox: settings.reuseSandbox === true,
        engine: { ...settings.engine, internalApiUrl: apiUrl },
        onEgressRefused: (target) => log.warn(target, 'Egress proxy refused request'),
        onMachineFault: (reason) => logMachineFault(log, reason),
      },
      source,
    )
    // A worker that cannot fence code in as the app asks takes no work.
    await made.check()
    worker = made
    workerSettings = text
    worker.warm().catch((error: unknown) => log.error({ err: error }, 'the first sandbox did not start'))
    return worker
  }

  return { workerFor, close: async () => worker?.close() }
}

function chosenEnvironment(names: readonly string[]): Record<string, string> {
  const entries = names.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
