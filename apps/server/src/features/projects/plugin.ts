import { systemTask } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import { waitAtMost } from '../../time-limit.ts'
import type { Platforms } from '../platforms/service.ts'
import type { Plugin } from '../plugin.ts'
import { projectRoutes } from './routes.ts'
import type { Projects } from './service.ts'

const PURGE = systemTask('deletion of projects')
const PURGE_EVERY_MS = 600_000
/** Runs of a deleted project have ended by then. */
const GRACE_MS = 3_600_000
/** The time that deleting goes on when the server stops; the next process does the rest. */
const STOP_MS = 5000

interface Parts extends Pick<Core, 'log'> {
  platforms: Platforms
  projects: Projects
}

export function projects({ platforms, projects, log }: Parts): Plugin {
  const purge = () =>
    projects
      .purge(PURGE, new Date(Date.now() - GRACE_MS))
      .catch((err: unknown) => log.error({ err }, 'deleted projects could not be taken away; it is tried again'))
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> | undefined
  /** One at a time. */
  const purgeOnce = () => {
    running ??= purge().finally(() => {
      running = undefined
    })
  }
  return {
    name: 'projects',
    routes: (app) => projectRoutes(app, { platforms, projects }),
    start() {
      timer = setInterval(purgeOnce, PURGE_EVERY_MS).unref()
      // A process that was killed at it left work behind.
      purgeOnce()
    },
    stop: () => clearInterval(timer),
    settle: () => waitAtMost(running, STOP_MS),
  }
}
