import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { NamespacesUnavailableError, requireNamespaces } from '@piecework/worker/namespaces'
import { type HeldPort, holdPort } from './held-port.ts'
import { KeyError } from './keys.ts'
import { createLog } from './log.ts'
import { returnMemoryAfterStart } from './return-memory.ts'
import { type LoadedSettings, loadSettings, SettingsError } from './settings.ts'
import { explainListenError, StartError } from './start-error.ts'

/** A signal that comes again within this time is the same one by another way. */
const SAME_SIGNAL_MS = 200
/** The longest time to stop before the process exits anyway. Without a part that hangs, a stop ends well before. */
const LONGEST_STOP_MS = 30_000

/** The server process: stays in the foreground, logs to standard output, ends cleanly on SIGTERM. */
async function main(): Promise<void> {
  const { settings, warnings, release } = await settingsWithPort(process.env)
  const log = createLog(settings)
  for (const warning of warnings) log.warn(warning)
  if (settings.containerType === 'WORKER_AND_APP') {
    await requireNamespaces(settings.executionMode, settings.networkMode)
  }
  // A worker needs nothing of the app, which is most of the code.
  const server =
    settings.containerType === 'WORKER'
      ? (await import('./separate-worker.ts')).composeWorker(settings, log)
      : await (await import('./compose.ts')).composeServer(settings, log)

  let stoppingSince: number | undefined
  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      // npm passes on what the terminal sent already; somebody who asks twice does not want to wait.
      if (Date.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    stoppingSince = Date.now()
    log.info({ signal }, 'stopping')
    // A person at a terminal waits for no load balancer.
    const delayMs = 'drain' in server && signal === 'SIGTERM' ? settings.stopDelaySeconds * 1000 : 0
    setTimeout(() => {
      log.error('the server did not stop in time, and exits now; unfinished work continues at the next start')
      process.exit(1)
    }, delayMs + LONGEST_STOP_MS).unref()
    orderly(server, delayMs).then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'the server did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // An error that nobody handled may have left anything half done, so a fresh process takes up the work.
  const onUnhandled = (err: unknown): void => {
    log.fatal({ err }, 'an unhandled error; the process exits, and accepted work continues at the next start')
    process.exit(1)
  }
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtException', onUnhandled)

  await release?.()
  const port = await server.start().catch((error: unknown) => {
    throw explainListenError(error, settings)
  })
  log.info({ port, url: settings.frontendUrl }, 'Piecework is ready')
  returnMemoryAfterStart()
  // A process that is killed would leave nothing of what it compiled to the next start.
  flushCompileCache()
}

/** The settings with the port that the server will have, which is held until it is released if the system chose it. */
async function settingsWithPort(env: NodeJS.ProcessEnv): Promise<LoadedSettings & Partial<Pick<HeldPort, 'release'>>> {
  const loaded = loadSettings(env)
  const { settings, warnings } = loaded
  if (settings.port !== 0 || settings.containerType === 'WORKER') return loaded
  const { port, release } = await holdPort(settings.host).catch((error: unknown) => {
    throw explainListenError(error, settings)
  })
  // Again, as other settings are made of the port.
  return { settings: loadSettings({ ...env, AP_PORT: String(port) }).settings, warnings, release }
}

async function orderly(server: Stoppable, delayMs: number): Promise<void> {
  if (delayMs > 0) {
    server.drain?.()
    await sleep(delayMs)
  }
  await server.close()
}

interface Stoppable {
  drain?(): void
  close(): Promise<void>
}

/** Whether the operator can mend the error: its message says how, and a stack would hide it. */
const isExpected = (error: unknown): error is Error =>
  [SettingsError, KeyError, StartError, NamespacesUnavailableError].some((kind) => error instanceof kind)

main().catch((error: unknown) => {
  process.stderr.write(`${isExpected(error) ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
