import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { healthRoutes } from './routes.ts'

interface Parts extends Pick<Core, 'availability' | 'settings'> {
  /** Whether the server takes work. */
  isReady(): boolean
}

export const health = ({ availability, settings, isReady }: Parts): Plugin => ({
  name: 'health',
  routes: (app) => healthRoutes(app, { availability, folder: settings.configPath, isReady }),
})
