import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import { workerMachineRoutes } from './routes.ts'
import { createWorkerMachines } from './service.ts'

export const workerMachines = (parts: Pick<Core, 'db'> & Pick<Execution, 'queue'>): Plugin => ({
  name: 'worker-machines',
  routes: (app) => workerMachineRoutes(app, { workerMachines: createWorkerMachines(parts) }),
})
