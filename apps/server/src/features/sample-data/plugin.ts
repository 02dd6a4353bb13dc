import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Flows } from '../flows/service.ts'
import type { Plugin } from '../plugin.ts'
import { sampleDataRoutes } from './routes.ts'
import { createStepTests } from './step-tests.ts'

interface Parts extends Pick<Core, 'events' | 'log'>, Pick<Execution, 'versions' | 'starter' | 'runs' | 'sampleData'> {
  flows: Flows
}

export function sampleData(parts: Parts): Plugin {
  const stepTests = createStepTests(parts)
  parts.events.on('RUN_FINISHED', stepTests.finished)
  return {
    name: 'sample-data',
    routes: (app) => sampleDataRoutes(app, { flows: parts.flows, sampleData: parts.sampleData, stepTests }),
  }
}
