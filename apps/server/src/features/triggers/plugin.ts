import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Flows } from '../flows/service.ts'
import type { Plugin } from '../plugin.ts'
import { appEventRoutes } from './app-event-routes.ts'
import { triggerRoutes } from './routes.ts'
import { createTriggerStatistics } from './statistics.ts'
import { createTriggerTests } from './tests.ts'

const MB = 1024 * 1024

interface Parts
  extends Pick<Core, 'db' | 'settings'>,
    Pick<Execution, 'versions' | 'interactive' | 'hooks' | 'samples' | 'triggers' | 'appEvents'> {
  flows: Flows
}

export const triggers = (parts: Parts): Plugin => ({
  name: 'triggers',
  async routes(app) {
    triggerRoutes(app, { tests: createTriggerTests(parts), statistics: createTriggerStatistics(parts) })
    await appEventRoutes(app, {
      appEvents: parts.appEvents,
      maxPayloadBytes: parts.settings.maxWebhookPayloadSizeMb * MB,
    })
  },
})
