import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import type { StepFiles } from '../step-files/service.ts'
import { bulkActRoutes } from './bulk/routes.ts'
import { createBulkActs } from './bulk/service.ts'
import { createRunCounts } from './counting/service.ts'
import { runRoutes } from './routes.ts'
import { waitpointRoutes } from './waitpoints/routes.ts'
import { createWaitpoints } from './waitpoints/service.ts'

const MB = 1024 * 1024

interface Parts
  extends Pick<Core, 'db' | 'settings' | 'access' | 'events' | 'log'>,
    Pick<
      Execution,
      'owner' | 'runs' | 'waitpoints' | 'store' | 'replies' | 'recorded' | 'payloads' | 'wake' | 'publicApiUrl'
    > {
  stepFiles: StepFiles
}

export function runs({ settings, runs, store, replies, stepFiles, ...parts }: Parts): Plugin {
  const bulkActs = createBulkActs({ ...parts, runs })
  return {
    name: 'runs',
    async routes(app) {
      runRoutes(app, { runs, counts: createRunCounts(parts) })
      bulkActRoutes(app, { bulkActs })
      await waitpointRoutes(app, {
        waitpoints: createWaitpoints({
          ...{ ...parts, runs: store },
          pausedDays: settings.pausedFlowTimeoutDays,
          maxLogSizeMb: settings.maxFlowRunLogSizeMb,
        }),
        replies,
        timeoutMs: settings.webhookTimeoutSeconds * 1000,
        saveFile: stepFiles.save,
        maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
      })
    },
    start: bulkActs.startWork,
    settle: bulkActs.stopWork,
  }
}
