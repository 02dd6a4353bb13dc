import type { Core } from '../../core.ts'
import type { PublicImages } from '../files/public-images.ts'
import type { Plugin } from '../plugin.ts'
import { userRoutes } from './routes.ts'
import { createUsers } from './service.ts'

export const users = ({
  images,
  ...parts
}: Pick<Core, 'db' | 'events' | 'outbox'> & { images: PublicImages }): Plugin => ({
  name: 'users',
  routes: (app) => userRoutes(app, { users: createUsers(parts), images }),
})
