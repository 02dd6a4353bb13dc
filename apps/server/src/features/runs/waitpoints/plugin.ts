import type { Core } from '../../../core.ts'
import type { Execution } from '../../../execution.ts'
import type { Plugin } from '../../plugin.ts'
import type { StepFiles } from '../../step-files/service.ts'
import { waitpointRoutes } from './routes.ts'

const MB = 1024 * 1024

interface Parts
  extends Pick<Core, 'settings'>,
    Pick<Execution, 'waitpoints' | 'store' | 'replies' | 'recorded' | 'payloads' | 'wake' | 'publicApiUrl'> {
  stepFiles: StepFiles
}

export const waitpoints = ({ settings, store, stepFiles, ...parts }: Parts): Plugin => ({
  name: 'waitpoints',
  routes: (app) =>
    waitpointRoutes(app, {
      ...parts,
      runs: store,
      timeoutMs: settings.webhookTimeoutSeconds * 1000,
      pausedDays: settings.pausedFlowTimeoutDays,
      saveFile: stepFiles.save,
      maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
    }),
})
