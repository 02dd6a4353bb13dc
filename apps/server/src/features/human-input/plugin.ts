import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { humanInputPages } from './page-routes.ts'
import { humanInputRoutes } from './routes.ts'
import { createHumanInput } from './service.ts'

export const humanInput = ({ db, settings }: Pick<Core, 'db' | 'settings'>): Plugin => ({
  name: 'human-input',
  async routes(app) {
    humanInputRoutes(app, { humanInput: createHumanInput({ db }) })
    await humanInputPages(app, { frameAncestors: settings.frameAncestors })
  },
})
