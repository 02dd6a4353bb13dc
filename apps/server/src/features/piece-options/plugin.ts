import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { Plugin } from '../plugin.ts'
import { pieceOptionRoutes } from './routes.ts'

interface Parts extends Pick<Core, 'catalogue' | 'settings'>, Pick<Execution, 'interactive' | 'engineToken'> {
  flows: Flows
  sampleData: SampleData
}

export const pieceOptions = (parts: Parts): Plugin => ({
  name: 'piece-options',
  routes: (app) => pieceOptionRoutes(app, { ...parts, timeoutMs: parts.settings.triggerTimeoutSeconds * 1000 }),
})
