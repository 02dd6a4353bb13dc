import type { Db } from '../../database/open.ts'
import type { PublicImages } from '../files/public-images.ts'
import type { Plugin } from '../plugin.ts'
import { userRoutes } from './routes.ts'
import { createUsers } from './service.ts'

export const users = ({ db, images }: { db: Db; images: PublicImages }): Plugin => ({
  name: 'users',
  routes: (app) => userRoutes(app, { users: createUsers({ db }), images }),
})
