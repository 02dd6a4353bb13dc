import { mkdir } from 'node:fs/promises'
import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { APP_FOLDER, type App, readApp } from './app-files.ts'
import { createBuilder } from './builder.ts'
import { webRoutes } from './routes.ts'

/** Serves the browser app, and builds it at the start when its sources have changed. */
export const web = ({ settings, log }: Pick<Core, 'settings' | 'log'>): Plugin => {
  let app: App | undefined
  const read = async (): Promise<void> => {
    app = (await readApp(APP_FOLDER)) ?? app
  }
  const builder = createBuilder(log, () => void read())
  return {
    name: 'web',
    routes: async (server) => {
      // The folder must be there for its files to be served later; where it cannot be made, there is nothing to serve.
      await mkdir(APP_FOLDER, { recursive: true }).catch(() => {})
      await webRoutes(server, { folder: APP_FOLDER, app: () => app, isBuilding: builder.isBuilding })
    },
    prepare: read,
    start: () => {
      if (settings.webBuild) builder.start()
    },
    stop: () => builder.stop(),
  }
}
