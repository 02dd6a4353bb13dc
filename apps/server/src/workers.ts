import { join } from 'node:path'
import { AppError } from '@piecework/model/errors'
import type { MachineInformation } from '@piecework/model/machine'
import { createMachineReport } from '@piecework/worker/machine'
import { logMachineFault } from '@piecework/worker/machine-fault'
import { createWorker, type Worker } from '@piecework/worker/worker'
import type { Logger } from 'pino'
import type { Tokens } from './access/tokens.ts'
import type { Bus } from './bus/bus.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { LinkSource } from './dispatch/remote-link.ts'
import { createWorkerChannel } from './dispatch/worker-channel.ts'
import { engineConfig, maxMessageBytes, propagatedEnvironment } from './engine-config.ts'
import type { MachineNews } from './features/worker-machines/store.ts'
import type { UpgradeHandler } from './http/upgrades.ts'
import type { Settings } from './settings.ts'

/** Everybody who works for this app: a worker in this process, and those that connect. */
export interface Workers {
  /** Takes in separate workers: for upgrades at CHANNEL_PATH. */
  upgrade: UpgradeHandler
  /**
   * Starts the worker of this process, unless the settings say that there is none.
   * @param port on which the API listens
   */
  start(port: number): void
  /** Connections have changed: workers of this app keep none. */
  forgetConnections(): void
  /** After the dispatcher has stopped. */
  stop(): Promise<void>
}

interface Parts {
  bus: Bus
  settings: Settings
  tokens: Tokens
  dispatcher: Dispatcher
  source: LinkSource
  machines: MachineNews
  log: Logger
}

const REPORT_MS = 15_000

export function createWorkers(parts: Parts): Workers {
  const { bus, settings, tokens, dispatcher, machines, log } = parts
  const { appId } = bus
  let local: Worker | undefined
  let reports: NodeJS.Timeout | undefined
  let stopped = false

  const report = (worker: { machine: MachineInformation; group: string | null }, connected: boolean): void => {
    if (stopped) return
    const told = connected ? machines.seen(worker) : machines.gone(worker.machine.workerId)
    told.catch((error: unknown) => log.warn({ err: error }, 'the status of a worker could not be stored'))
  }

  const { internalApiUrl: _, ...engine } = engineConfig(settings, '')
  const channel = createWorkerChannel({
    authenticate: async (authorization) => {
      const claims = await tokens.verify(authorization?.replace(/^Bearer /i, '') ?? '')
      if (claims.type !== 'WORKER')
        throw new AppError('AUTHORIZATION', { message: 'The token is not one of a worker.' })
    },
    attach: dispatcher.attach,
    detach: dispatcher.detach,
    source: parts.source,
    settings: {
      engine,
      memoryLimitKb: settings.sandboxMemoryLimitKb,
      maxMessageBytes: maxMessageBytes(settings),
      propagatedEnvVars: settings.sandboxPropagatedEnvVars,
      reuseSandbox: settings.reuseSandbox,
    },
    onMachine: report,
    onMoved: (session) => bus.publish('WORKER_MOVED', { session }),
    log,
  })
  bus.on('WORKER_MOVED', ({ session }) => channel.moved(session))

  return {
    upgrade: channel.upgrade,
    forgetConnections() {
      local?.forgetConnections()
      channel.forgetConnections()
    },
    start(port) {
      if (settings.containerType === 'APP') return
      const cacheFolder = join(settings.configPath, 'cache')
      const worker = createWorker(
        {
          cacheFolder,
          cacheLimitBytes: settings.workerCacheSizeMb * 1024 * 1024,
          concurrency: settings.workerConcurrency,
          memoryLimitKb: settings.sandboxMemoryLimitKb,
          propagatedEnv: propagatedEnvironment(settings),
          reuseSandbox: settings.reuseSandbox,
          engine: engineConfig(settings, `http://127.0.0.1:${port}/api/`),
          onEgressRefused: (target) => log.warn(target, 'Egress proxy refused request'),
          onMachineFault: (reason) => logMachineFault(log, reason),
        },
        parts.source,
      )
      local = worker
      const { concurrency, execute } = worker
      const group = settings.workerGroupId ?? null
      dispatcher.attach({ id: appId, concurrency, group, execute })
      worker.warm().catch((error: unknown) => log.error({ err: error }, 'the first sandbox did not start'))
      const props = { concurrency: String(concurrency) }
      const look = createMachineReport(appId, settings.configPath, () => props)
      const tell = () => void look().then((machine) => report({ machine, group }, true))
      tell()
      reports = setInterval(tell, REPORT_MS)
    },
    async stop() {
      stopped = true
      clearInterval(reports)
      if (local) await machines.gone(appId).catch(() => {})
      await channel.close()
      await local?.close()
    },
  }
}
