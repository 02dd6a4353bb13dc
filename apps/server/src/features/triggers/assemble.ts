import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import type { Logger } from 'pino'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import type { Events } from '../../events/events.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Settings } from '../../settings.ts'
import type { Files } from '../files/service.ts'
import type { FlowEntries } from '../flows/entries.ts'
import type { VersionSource } from '../flows/version-source.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import type { RunPayloads } from '../runs/payloads.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import { createAppEvents, pieceUrlOf } from './app-events.ts'
import { createEventJobs } from './event-jobs.ts'
import { createTriggerEvents } from './events.ts'
import type { HookSettings } from './hooks.ts'
import { createReconcile } from './reconcile.ts'
import { createTriggerSamples } from './samples.ts'
import { createTriggerService, type TriggerService } from './service.ts'
import { createTicks } from './ticks.ts'

interface Parts {
  db: Db
  queue: Queue
  owner: string
  files: Files
  payloads: RunPayloads
  settings: Settings
  catalogue: Catalogue
  domain: Events
  versions: VersionSource
  entries: FlowEntries
  engineToken: HookSettings['engineToken']
  /** Ends with `/api/`. */
  publicApiUrl: string
  wake(jobs: { projectId: string; priority: number }): void
  starter: RunStarter
  clock: DueClock
  interactive: Interactive
  embedded: boolean
  log: Logger
}

/** Everything about triggers, put together. */
export function createTriggers(parts: Parts) {
  const { db, files, settings, catalogue, publicApiUrl } = parts
  const hooks: HookSettings = {
    engineToken: parts.engineToken,
    publicApiUrl,
    runTimeoutMs: settings.triggerTimeoutSeconds * 1000,
    hookTimeoutMs: settings.triggerHooksTimeoutSeconds * 1000,
    appWebhookOf: (pieceName) => ({
      secret: settings.appWebhookSecrets[pieceName]?.webhookSecret,
      url: `${publicApiUrl}v1/app-events/${pieceUrlOf(pieceName)}`,
    }),
  }
  const shared = { ...parts, hooks, everyMinutes: settings.triggerDefaultPollInterval }

  const triggerOf = async (
    name: string,
    version: string,
    trigger: string,
    platformId: string,
  ): Promise<TriggerMetadata | undefined> =>
    (await catalogue.find(name, version, platformId))?.metadata.triggers[trigger]

  const samples = createTriggerSamples({ db, files })
  const triggers: TriggerService = createTriggerService({
    ...shared,
    samples,
    triggerOf,
  })
  const events = createTriggerEvents({
    ...shared,
    samples,
    handshakeOf: async (...names) => (await triggerOf(...names))?.handshakeConfiguration,
    endSimulation: triggers.endSimulation,
  })
  const reconcile = createReconcile({ ...shared, triggerOf, endSimulation: triggers.endSimulation })
  const ticks = createTicks({ ...shared, failureThreshold: settings.triggerFailureThreshold })
  return {
    hooks,
    reconcile,
    samples,
    triggers,
    events,
    jobs: { TRIGGER_EVENT: createEventJobs(shared), POLL: ticks, RENEW: ticks },
    appEvents: createAppEvents({ ...shared, events, secrets: settings.appWebhookSecrets }),
  }
}
