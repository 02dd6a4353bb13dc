import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import type { StepFiles } from '../step-files/service.ts'
import { webhookRoutes } from './routes.ts'

const MB = 1024 * 1024

interface Parts extends Pick<Core, 'settings'>, Pick<Execution, 'webhooks'> {
  stepFiles: StepFiles
}

export const webhooks = ({ settings, webhooks, stepFiles }: Parts): Plugin => ({
  name: 'webhooks',
  routes: (app) =>
    webhookRoutes(app, {
      webhooks,
      saveFile: stepFiles.save,
      maxPayloadBytes: settings.maxWebhookPayloadSizeMb * MB,
    }),
})
