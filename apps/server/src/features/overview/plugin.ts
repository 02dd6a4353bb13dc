import type { Core } from '../../core.ts'
import type { Delivery } from '../../delivery.ts'
import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import { overviewRoutes } from './routes.ts'
import { createOverviews } from './service.ts'

/** Flows together with their runs and triggers, for pages. */
export const overview = (
  parts: Pick<Core, 'db'> & Pick<Execution, 'recorded'> & Pick<Delivery, 'placements'>,
): Plugin => ({
  name: 'overview',
  routes: (app) => overviewRoutes(app, { overviews: createOverviews(parts) }),
})
