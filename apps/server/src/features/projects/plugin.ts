import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { projectRoutes } from './routes.ts'
import type { Projects } from './service.ts'

const HOUR_MS = 3_600_000
/** Runs of a deleted project have ended by then. */
const GRACE_MS = HOUR_MS

export function projects({ db, projects, log }: { projects: Projects } & Pick<Core, 'db' | 'log'>): Plugin {
  const purge = () =>
    projects
      .purge(new Date(Date.now() - GRACE_MS))
      .catch((err: unknown) => log.error({ err }, 'deleted projects could not be taken away; it is tried again'))
  let timer: NodeJS.Timeout | undefined
  return {
    name: 'projects',
    routes: (app) => projectRoutes(app, { db, projects }),
    start() {
      timer = setInterval(purge, HOUR_MS).unref()
    },
    stop: () => clearInterval(timer),
  }
}
