import type { Plugin } from '../plugin.ts'
import { stepFileRoutes } from './routes.ts'
import type { StepFiles } from './service.ts'

export const stepFiles = (parts: { stepFiles: StepFiles }): Plugin => ({
  name: 'step-files',
  routes: (app) => stepFileRoutes(app, parts),
})
