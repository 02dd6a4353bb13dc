import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import type { StepFiles } from '../step-files/service.ts'
import { runRoutes } from './routes.ts'
import { waitpointRoutes } from './waitpoints/routes.ts'

const MB = 1024 * 1024

interface Parts
  extends Pick<Core, 'settings'>,
    Pick<Execution, 'runs' | 'waitpoints' | 'store' | 'replies' | 'recorded' | 'payloads' | 'wake' | 'publicApiUrl'> {
  stepFiles: StepFiles
}

export const runs = ({ settings, runs, store, stepFiles, ...parts }: Parts): Plugin => ({
  name: 'runs',
  async routes(app) {
    runRoutes(app, { runs, store })
    await waitpointRoutes(app, {
      ...parts,
      runs: store,
      timeoutMs: settings.webhookTimeoutSeconds * 1000,
      pausedDays: settings.pausedFlowTimeoutDays,
      saveFile: stepFiles.save,
      maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
    })
  },
})
