import { AppError } from '@piecework/model/errors'
import { LiveHandshake } from '@piecework/model/live/events'
import type { Access } from '../../access/access.ts'
import { actorOf, type ProjectActor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import { selectUser } from '../users/store.ts'
import { type Room, roomsOf } from './rooms.ts'

/** Who is at the other end of a socket, and in which project. */
export interface LiveSession {
  token: string
  principal: UserPrincipal
  displayName: string
  projectId: string
  rooms: Room[]
  /** When the token is out of date, in milliseconds since 1970; Infinity for never. */
  expiresAt: number
}

/** Lets people in, and looks again whether they still may. */
export interface LiveSessions {
  /** @throws AppError as the API does, when the token is not good or the project is not theirs. */
  open(auth: unknown): Promise<LiveSession>
  /** Who acts in a session, with the rights that they have now. @throws AppError */
  actor(session: LiveSession): Promise<ProjectActor<UserPrincipal>>
}

/** No event for the outside follows from messages over a socket, so that their address is not needed. */
const NOWHERE = null

export function createLiveSessions({ db, access, tokens }: { db: Db; access: Access; tokens: Tokens }): LiveSessions {
  const identify = async (token: string): Promise<UserPrincipal> => {
    const principal = await access.identify(`Bearer ${token}`)
    if (principal.type === 'USER' && !principal.limits) return principal
    throw new AppError('AUTHORIZATION', {
      message: `live updates are for signed-in people, and not for keys, tokens of programs and the like`,
    })
  }

  return {
    async open(auth) {
      const handshake = LiveHandshake.safeParse(auth)
      if (!handshake.success) {
        const [issue] = handshake.error.issues
        throw new AppError('AUTHENTICATION', {
          message: `the handshake must carry auth {token, projectId}: ${issue?.path.join('.') || 'auth'}: ${issue?.message}`,
        })
      }
      const { token, projectId } = handshake.data
      const principal = await identify(token)
      const actor = await access.enterProject(actorOf(principal, NOWHERE), projectId)
      const user = await selectUser(db, principal.platformId, principal.id)
      const claims = await tokens.verify(token)
      return {
        token,
        principal,
        displayName: user ? `${user.firstName} ${user.lastName}`.trim() : '',
        projectId,
        rooms: roomsOf(actor),
        expiresAt: claims.type === 'USER' && claims.exp !== undefined ? claims.exp * 1000 : Number.POSITIVE_INFINITY,
      }
    },
    actor: async ({ token, projectId }) => access.enterProject(actorOf(await identify(token), NOWHERE), projectId),
  }
}
