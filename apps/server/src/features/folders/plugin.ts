import type { Db } from '../../database/open.ts'
import type { Plugin } from '../plugin.ts'
import { folderRoutes } from './routes.ts'
import { createFolders } from './service.ts'

export const folders = ({ db }: { db: Db }): Plugin => ({
  name: 'folders',
  routes: (app) => folderRoutes(app, { folders: createFolders({ db }) }),
})
