import { NamespacesUnavailableError, requireNamespaces } from '@piecework/worker/namespaces'
import { composeServer } from './compose.ts'
import { KeyError } from './keys.ts'
import { createLog } from './log.ts'
import { composeWorker } from './separate-worker.ts'
import { loadSettings, SettingsError } from './settings.ts'
import { explainListen, StartError } from './start-error.ts'

/** The server process: stays in the foreground, logs to standard output, ends cleanly on SIGTERM. */
async function main(): Promise<void> {
  const { settings, warnings } = loadSettings(process.env)
  const log = createLog(settings)
  for (const warning of warnings) log.warn(warning)
  if (settings.containerType === 'WORKER_AND_APP') {
    await requireNamespaces(settings.executionMode, settings.networkMode)
  }
  const server = settings.containerType === 'WORKER' ? composeWorker(settings, log) : await composeServer(settings, log)

  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    // Somebody who asks twice does not want to wait.
    if (stopping) process.exit(1)
    stopping = true
    log.info({ signal }, 'stopping')
    server.close().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'the server did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // What nobody waited for may have left anything half done: a fresh process takes up the work.
  process.on('unhandledRejection', (err) => {
    log.fatal({ err }, 'a failure that nothing handles')
    process.exit(1)
  })

  const port = await server.start().catch((error: unknown) => {
    throw explainListen(error, settings)
  })
  log.info({ port, url: settings.frontendUrl }, 'Piecework is ready')
}

/** What the operator can mend: the message says how, and a stack would hide it. */
const isExpected = (error: unknown): error is Error =>
  [SettingsError, KeyError, StartError, NamespacesUnavailableError].some((kind) => error instanceof kind)

main().catch((error: unknown) => {
  process.stderr.write(`${isExpected(error) ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
