import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import { workerMachineRoutes } from './routes.ts'

export const workerMachines = ({ machines, queue }: Pick<Execution, 'machines' | 'queue'>): Plugin => ({
  name: 'worker-machines',
  routes: (app) => workerMachineRoutes(app, { machines, queue }),
})
