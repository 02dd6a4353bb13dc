import type { Execution } from '../../execution.ts'
import type { Plugin } from '../plugin.ts'
import { runRoutes } from './routes.ts'

export const runs = ({ runs, store }: Pick<Execution, 'runs' | 'store'>): Plugin => ({
  name: 'runs',
  routes: (app) => runRoutes(app, { runs, store }),
})
