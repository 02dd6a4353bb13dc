import type { Actor } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { analyticsRoutes } from './routes.ts'
import { createAnalytics } from './service.ts'

type Parts = Pick<Core, 'db'> & { projects: { all(actor: Actor): Promise<readonly { id: string }[]> } }

export function analytics({ db, projects }: Parts): Plugin {
  const analytics = createAnalytics({ db, projects })
  return { name: 'analytics', routes: (app) => analyticsRoutes(app, { analytics }) }
}
