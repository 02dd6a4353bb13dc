import { join } from 'node:path'
import { newId } from '@piecework/model/ids'
import { LIVE_PATH } from '@piecework/model/live/events'
import { CHANNEL_PATH } from '@piecework/worker/channel/messages'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { openBus } from './bus/open.ts'
import type { Db } from './database/open.ts'
import { openForServer } from './database/open-for-server.ts'
import { postgresConnection } from './database/options.ts'
import { createEncryption } from './encryption.ts'
import { createExecution, type Execution } from './execution.ts'
import { apiKeyRoutes } from './features/api-keys/routes.ts'
import { createGlobalConnections } from './features/app-connections/global.ts'
import { globalConnectionRoutes } from './features/app-connections/global-routes.ts'
import { createConnectionMaker } from './features/app-connections/make.ts'
import { createConnectionOpener } from './features/app-connections/renewal.ts'
import { appConnectionRoutes } from './features/app-connections/routes.ts'
import { createAppConnections } from './features/app-connections/service.ts'
import { createConnectionValidator } from './features/app-connections/validator.ts'
import { authenticationRoutes } from './features/authentication/routes.ts'
import { createAuthentication } from './features/authentication/service.ts'
import { engineRoutes } from './features/engine/routes.ts'
import { openStorage } from './features/files/open-storage.ts'
import { createPublicImages } from './features/files/public-images.ts'
import { createFiles } from './features/files/service.ts'
import { flagRoutes } from './features/flags/routes.ts'
import { flowRoutes } from './features/flows/routes.ts'
import { createFlows, type Flows } from './features/flows/service.ts'
import { folderRoutes } from './features/folders/routes.ts'
import { createFolders } from './features/folders/service.ts'
import { healthRoutes } from './features/health/routes.ts'
import { humanInputPages } from './features/human-input/page-routes.ts'
import { humanInputRoutes } from './features/human-input/routes.ts'
import { createHumanInput } from './features/human-input/service.ts'
import { showDraftCalls } from './features/live/draft-calls.ts'
import { createLiveGateway } from './features/live/gateway.ts'
import { liveRoutes } from './features/live/routes.ts'
import { createLiveViews } from './features/live/views.ts'
import { metricsRoutes } from './features/metrics/routes.ts'
import { oauthAppRoutes } from './features/oauth-apps/routes.ts'
import { createOAuthApps } from './features/oauth-apps/service.ts'
import { createOAuth2Client } from './features/oauth2/client.ts'
import { redirectRoutes } from './features/oauth2/redirect-routes.ts'
import { oauth2Routes } from './features/oauth2/routes.ts'
import { createCatalogue, readBuiltInPieces } from './features/pieces/catalogue.ts'
import { createPieceDevelopment } from './features/pieces/develop.ts'
import { createPieceExtractor } from './features/pieces/extract.ts'
import { createPieceInstalls } from './features/pieces/install.ts'
import { pieceInstallRoutes } from './features/pieces/install-routes.ts'
import { createPieceListing } from './features/pieces/listing.ts'
import { pieceOptionRoutes } from './features/pieces/options.ts'
import { pieceRoutes } from './features/pieces/routes.ts'
import { createPieceSync } from './features/pieces/sync.ts'
import { tagRoutes } from './features/pieces/tag-routes.ts'
import { createTags } from './features/pieces/tags.ts'
import { createPieceUsage } from './features/pieces/usage.ts'
import { operatorRoutes } from './features/platforms/operator-routes.ts'
import { platformRoutes } from './features/platforms/routes.ts'
import { projectRoleRoutes } from './features/project-roles/routes.ts'
import { projectRoutes } from './features/projects/routes.ts'
import { createProjects } from './features/projects/service.ts'
import { rootRoutes } from './features/root/routes.ts'
import { runRoutes } from './features/runs/routes.ts'
import { sampleDataRoutes } from './features/sample-data/routes.ts'
import { createStepTests } from './features/sample-data/step-tests.ts'
import { stepFileRoutes } from './features/step-files/routes.ts'
import { createStepFiles } from './features/step-files/service.ts'
import { storeEntryRoutes } from './features/store-entries/routes.ts'
import { appEventRoutes } from './features/triggers/app-event-routes.ts'
import { triggerRoutes } from './features/triggers/routes.ts'
import { createTriggerTests } from './features/triggers/tests.ts'
import { userRoutes } from './features/users/routes.ts'
import { createUsers } from './features/users/service.ts'
import { waitpointRoutes } from './features/waitpoints/routes.ts'
import { webhookRoutes } from './features/webhooks/routes.ts'
import { workerMachineRoutes } from './features/worker-machines/routes.ts'
import { createAccess } from './http/access.ts'
import { guardDatabase } from './http/database-gate.ts'
import { docsRoutes } from './http/docs.ts'
import { createOutbound } from './http/outbound.ts'
import { API_PREFIX } from './http/route.ts'
import { createHttpServer } from './http/server.ts'
import { createTokens, type Tokens } from './http/tokens.ts'
import { takeUpgrades } from './http/upgrades.ts'
import { loadKeys } from './keys.ts'
import { observeAll } from './observability/observer.ts'
import { createRunLog } from './observability/run-log.ts'
import { createRunMetrics } from './observability/run-metrics.ts'
import { openRedis, openTracing, queueMaker, redisPing } from './optional-parts.ts'
import { atMost } from './patience.ts'
import type { Settings } from './settings.ts'

const MB = 1024 * 1024
const HOUR_MS = 3_600_000
/** What callers wait for, and runs, may take so long when the server stops. */
const STOP_GRACE_MS = 20_000
/** Of that, what requests have to be answered; runs have the rest. */
const ANSWER_GRACE_MS = 15_000
/** Runs of a deleted project have ended by then. */
const PROJECT_GRACE_MS = HOUR_MS

export interface Server {
  app: FastifyInstance
  db: Db
  tokens: Tokens
  execution: Execution
  /** Listens, and takes up the work that an earlier process left. @returns the port. */
  start(): Promise<number>
  /** Is no longer ready, and tells clients to turn elsewhere; serves on as before. */
  drain(): void
  /** Finishes what runs, and lets go of everything. */
  close(): Promise<void>
}

/**
 * Puts the server together; it does not listen yet.
 * @param options checksAnswers: see createHttpServer.
 * @throws KeyError, or StartError when the database does not open.
 */
export async function composeServer(settings: Settings, log: Logger, { checksAnswers = false } = {}): Promise<Server> {
  const keys = await loadKeys(settings)
  const database = await openForServer(settings, keys, log)
  const { db, availability } = database
  const release = packageJson.version
  const tokens = createTokens(keys.jwtSecret)
  const encryption = createEncryption(keys.encryptionKey)
  const { app, closing } = await createHttpServer({
    settings,
    log,
    access: createAccess({ db, tokens }),
    checksAnswers,
  })
  guardDatabase(app, availability)

  const files = createFiles({ db, storage: await openStorage(settings, log) })
  const stepFiles = createStepFiles({
    files,
    tokens,
    publicUrl: settings.frontendUrl,
    maxFileSizeMb: settings.maxFileSizeMb,
  })
  const catalogue = createCatalogue({ db, builtIn: readBuiltInPieces(), maxEntries: settings.piecesCacheMaxEntries })
  const connectRedis = await openRedis(settings, log)
  const connection = postgresConnection(settings)
  const bus = await openBus({ appId: newId(), db, settings, connection, connectRedis, log })
  const runMetrics = createRunMetrics()
  const tracing = await openTracing(settings, release, log)
  const views = createLiveViews(bus, log)
  const { hub } = views
  const execution = createExecution({
    observer: observeAll([runMetrics, createRunLog(log), ...(tracing ? [tracing] : []), views.observer]),
    onProgress: views.onProgress,
    onCanceled: (projectId, ids) => views.onCanceled(projectId, () => execution.runs.some(projectId, ids)),
    watchWebhooks: (starter) => showDraftCalls(hub, tracing?.watch(starter) ?? starter),
    db,
    availability,
    bus,
    settings,
    tokens,
    sealKey: encryption.keyOfRun,
    files,
    catalogue,
    makeQueue: await queueMaker(db, connectRedis, log),
    disableFlow: (projectId, flowId) => flows.disable(projectId, flowId),
    restoreFlow: (projectId, flowId) => flows.restore(projectId, flowId),
    log,
    port: () => portOf(app),
  })
  const tags = createTags({ db })
  const extract = createPieceExtractor(execution)
  const onChanged = execution.piecesChanged
  const installs = createPieceInstalls({ db, files, catalogue, extract, onChanged, log })
  const outbound = createOutbound({
    allowList: settings.ssrfAllowList,
    trusted: settings.piecesRegistryUrl === undefined ? [] : [settings.piecesRegistryUrl],
  })
  const sync = createPieceSync({
    db,
    catalogue,
    registryUrl: settings.piecesRegistryUrl,
    automatic: settings.piecesSyncMode === 'OFFICIAL_AUTO',
    outbound,
    onChanged,
    log,
  })
  const development = createPieceDevelopment({
    names: settings.devPieces,
    folders: [...settings.customPiecesPaths, 'pieces', 'packages/pieces'],
    outFolder: join(settings.configPath, 'cache', 'dev-pieces'),
    withTranslations: settings.loadTranslationsForDevPieces,
    catalogue,
    extract,
    onChanged: (piece) => {
      onChanged()
      views.onPieceRebuilt(piece)
    },
    log,
  })
  const { triggers, sampleData } = execution
  const flows: Flows = createFlows({
    db,
    pieces: catalogue,
    installPiece: installs.install,
    rules: { allowsInvalid: settings.publishInvalidFlows, enables: settings.enableFlowOnPublish },
    sampleData,
    triggers,
    cancelRuns: (projectId, flowId) =>
      execution.runs.cancelAll({ projectId, flowId: [flowId], includeArchived: true, includeTests: true }),
    onFlowChanged: execution.flowChanged,
    log,
  })
  const stepTests = createStepTests({ ...execution, flows, onResult: views.onStepTested, log })
  execution.onRunFinished(stepTests.finished)
  execution.onRunFinished(views.onFinished)
  const live = createLiveGateway({
    ...execution,
    db,
    hub,
    access: app.access,
    tokens,
    flows,
    catalogue,
    log,
  })
  const timeoutMs = settings.triggerTimeoutSeconds * 1000
  const projects = createProjects({ db, flows, onLimitsChanged: execution.limitsChanged })
  const oauthApps = createOAuthApps({ db, encryption })
  const oauth2 = createOAuth2Client({ outbound, apps: oauthApps })
  const makeConnection = createConnectionMaker({
    encryption,
    pieces: catalogue,
    validator: createConnectionValidator({ ...execution, catalogue, timeoutMs }),
    oauth2,
  })
  const appConnections = createAppConnections({
    db,
    make: makeConnection,
    opener: createConnectionOpener({ db, encryption, oauth2, log }),
    flows,
  })

  const authentication = createAuthentication({ db, tokens })
  const images = createPublicImages({ db, files, apiUrl: `${settings.frontendUrl}${API_PREFIX}` })
  authenticationRoutes(app, { authentication })
  platformRoutes(app, { db, projects, authentication, images })
  operatorRoutes(app, { db, apiKey: settings.apiKey, onPlacementsChanged: execution.limitsChanged, log })
  projectRoutes(app, { db, projects })
  projectRoleRoutes(app, { db })
  userRoutes(app, { users: createUsers({ db }), images })
  apiKeyRoutes(app, { db })
  folderRoutes(app, { folders: createFolders({ db }) })
  flowRoutes(app, { flows })
  sampleDataRoutes(app, { flows, sampleData, stepTests })
  runRoutes(app, { runs: execution.runs, store: execution.store })
  const usage = createPieceUsage(db)
  pieceRoutes(app, { catalogue, usage, listing: createPieceListing({ db, catalogue, tags, usage }) })
  pieceInstallRoutes(app, { installs, sync })
  pieceOptionRoutes(app, { ...execution, flows, catalogue, timeoutMs })
  tagRoutes(app, { tags })
  triggerRoutes(app, { db, tests: createTriggerTests({ ...execution, flows }) })
  appConnectionRoutes(app, { appConnections })
  globalConnectionRoutes(app, { globalConnections: createGlobalConnections({ db, make: makeConnection }) })
  oauthAppRoutes(app, { oauthApps })
  oauth2Routes(app, { catalogue })
  redirectRoutes(app, { frontendUrl: settings.frontendUrl })
  storeEntryRoutes(app, { db })
  stepFileRoutes(app, { stepFiles })
  engineRoutes(app, { projects, flows, appConnections, files })
  flagRoutes(app, { db, settings, release })
  healthRoutes(app, { availability, folder: settings.configPath, isReady: () => ready })
  metricsRoutes(app, {
    db,
    dispatcher: execution.dispatcher,
    runs: runMetrics,
    release,
    token: settings.metricsToken,
    proxiesFlows: settings.networkMode === 'STRICT' || settings.executionMode !== 'UNSANDBOXED',
    pingRedis: connectRedis && redisPing(app, connectRedis),
  })
  workerMachineRoutes(app, execution)
  if (settings.queueUiEnabled) {
    const { queueBoardRoutes } = await import('./features/queue-board/routes.ts')
    await queueBoardRoutes(app, {
      db,
      username: settings.queueUiUsername ?? '',
      password: settings.queueUiPassword ?? '',
    })
  }
  humanInputRoutes(app, { humanInput: createHumanInput({ db }) })
  humanInputPages(app, { frameAncestors: settings.frameAncestors })
  liveRoutes(app)
  docsRoutes(app, { release })
  rootRoutes(app)
  await webhookRoutes(app, {
    webhooks: execution.webhooks,
    saveFile: (file) => stepFiles.save(file),
    maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
  })
  await appEventRoutes(app, {
    appEvents: execution.appEvents,
    maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
  })

  await waitpointRoutes(app, {
    waitpoints: execution.waitpoints,
    runs: execution.store,
    replies: execution.replies,
    recorded: execution.recorded,
    wake: execution.wake,
    publicApiUrl: execution.publicApiUrl,
    timeoutMs: settings.webhookTimeoutSeconds * 1000,
    pausedDays: settings.pausedFlowTimeoutDays,
    payloads: execution.payloads,
    saveFile: (file) => stepFiles.save(file),
    maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
  })

  const tidy = () =>
    projects
      .purge(new Date(Date.now() - PROJECT_GRACE_MS))
      .catch((err: unknown) => log.error({ err }, 'deleted projects could not be taken away; it is tried again'))
  let tidying: NodeJS.Timeout | undefined
  let started: Promise<number> | undefined
  let ready = false

  const start = async (): Promise<number> => {
    takeUpgrades(app.server, { [CHANNEL_PATH]: execution.takeWorker, [LIVE_PATH]: live.upgrade }, log)
    await app.listen({ port: settings.port, host: settings.host })
    await flows.resumeDeletions()
    tidying = setInterval(tidy, HOUR_MS).unref()
    await execution.start()
    sync.start()
    installs.startRereading()
    if (settings.containerType === 'WORKER_AND_APP') await development.start()
    ready = true
    return portOf(app)
  }

  return {
    app,
    db,
    tokens,
    execution,
    start() {
      started = start()
      return started
    },
    drain() {
      ready = false
      closing.drain()
    },
    async close() {
      ready = false
      // Asked to stop while it starts, it starts first: half of it could not be stopped cleanly.
      await started?.catch(() => {})
      clearInterval(tidying)
      sync.stop()
      development.stop()
      await live.close()
      const stopBy = Date.now() + STOP_GRACE_MS
      const closed = closing.close(ANSWER_GRACE_MS, async () => {
        await flows.close()
        await execution.stop(Math.max(0, stopBy - Date.now()))
      })
      await Promise.all([closed, atMost(execution.retire(), STOP_GRACE_MS)])
      await tracing?.close().catch((err: unknown) => log.warn({ err }, 'the last traces could not be sent'))
      await bus.close()
      await database.close()
    },
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  if (!address || typeof address === 'string') throw new Error('The server does not listen yet')
  return address.port
}
