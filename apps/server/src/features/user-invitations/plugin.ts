import type { Plugin } from '../plugin.ts'
import { userInvitationRoutes } from './routes.ts'
import type { UserInvitations } from './service.ts'

export const userInvitations = (parts: { invitations: UserInvitations }): Plugin => ({
  name: 'user-invitations',
  routes: (app) => userInvitationRoutes(app, parts),
})
