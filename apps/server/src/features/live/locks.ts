import { LIVE_REQUESTS } from '@piecework/model/live/events'
import type { Db } from '../../database/open.ts'
import type { LiveHub } from './hub.ts'
import { type LiveHandlers, liveHandler } from './requests.ts'
import { projectRoom } from './rooms.ts'
import { deleteExpiredLocks, releaseLock, shortenLocks, takeLock } from './store.ts'

/** One editor at a time: who holds a flow or a table, until they let go, vanish, or somebody takes over. */
export interface Locks {
  handlers: Pick<LiveHandlers, 'LOCK_RESOURCE' | 'UNLOCK_RESOURCE'>
  /** A socket is gone; its user may come back with another one. */
  left(socketId: string): Promise<void>
  /** Tells of locks that nobody renewed. */
  sweep(): Promise<void>
}

export function createLocks({ db, hub }: { db: Db; hub: LiveHub }): Locks {
  return {
    handlers: {
      LOCK_RESOURCE: liveHandler(LIVE_REQUESTS.LOCK_RESOURCE, async (caller, request) => {
        const { resourceId, force = false } = request
        const { projectId, displayName: userDisplayName, principal } = caller.session
        const userId = principal.id
        const claim = { projectId, resourceId, userId, userDisplayName, socketId: caller.socketId, force }
        const { holder, changed } = await takeLock(db, claim)
        if (changed) {
          const message = { resourceId, userId, userDisplayName }
          hub.send(projectRoom(projectId), 'RESOURCE_LOCKED', message, caller.socketId)
        }
        return { acquired: holder === null, lock: holder }
      }),
      UNLOCK_RESOURCE: liveHandler(LIVE_REQUESTS.UNLOCK_RESOURCE, async (caller, { resourceId }) => {
        const { projectId, principal } = caller.session
        const released = await releaseLock(db, { projectId, resourceId, userId: principal.id })
        if (released) hub.send(projectRoom(projectId), 'RESOURCE_UNLOCKED', { resourceId })
        return { released }
      }),
    },
    async left(socketId) {
      await shortenLocks(db, socketId)
    },
    async sweep() {
      for (const { projectId, resourceId } of await deleteExpiredLocks(db))
        hub.send(projectRoom(projectId), 'RESOURCE_UNLOCKED', { resourceId })
    },
  }
}
