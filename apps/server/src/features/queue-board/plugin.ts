import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'

/** Its libraries are loaded only when it is wanted. */
export const queueBoard = ({ db, settings }: Pick<Core, 'db' | 'settings'>): Plugin => ({
  name: 'queue-board',
  async routes(app) {
    if (!settings.queueUiEnabled) return
    const { queueBoardRoutes } = await import('./routes.ts')
    await queueBoardRoutes(app, {
      db,
      username: settings.queueUiUsername ?? '',
      password: settings.queueUiPassword ?? '',
    })
  },
})
