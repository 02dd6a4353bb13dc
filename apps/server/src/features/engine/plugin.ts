import type { AppConnections } from '../app-connections/service.ts'
import type { Files } from '../files/service.ts'
import type { Flows } from '../flows/service.ts'
import type { Plugin } from '../plugin.ts'
import type { Projects } from '../projects/service.ts'
import { engineRoutes } from './routes.ts'
import { createEngineFiles } from './service.ts'

interface Parts {
  projects: Projects
  flows: Flows
  appConnections: AppConnections
  files: Files
}

export const engine = ({ projects, flows, appConnections, files }: Parts): Plugin => ({
  name: 'engine',
  routes: (app) => engineRoutes(app, { projects, flows, appConnections, files: createEngineFiles({ files }) }),
})
