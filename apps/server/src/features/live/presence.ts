import { LIVE_REQUESTS, type PresentUser } from '@piecework/model/live/events'
import type { Db } from '../../database/open.ts'
import type { LiveHub } from './hub.ts'
import { type LiveHandlers, liveHandler } from './requests.ts'
import { projectRoom } from './rooms.ts'
import { deleteExpiredPresences, enterPresence, leavePresence, type Resource, selectPresent } from './store.ts'

/** Who else looks at a flow or a table. */
export interface Presence {
  handlers: Pick<LiveHandlers, 'JOIN_PRESENCE' | 'LEAVE_PRESENCE'>
  left(socketId: string): Promise<void>
  /** Tells of those who did not say again that they are there. */
  sweep(): Promise<void>
}

export function createPresence({ db, hub }: { db: Db; hub: LiveHub }): Presence {
  const tell = async (resource: Resource): Promise<PresentUser[]> => {
    const users = await selectPresent(db, resource)
    const { projectId, resourceId } = resource
    hub.send(projectRoom(projectId), 'PRESENCE_UPDATED', { resourceId, users })
    return users
  }

  const tellAll = async (resources: readonly Resource[]): Promise<void> => {
    const distinct = new Map(resources.map((resource) => [`${resource.projectId}/${resource.resourceId}`, resource]))
    for (const resource of distinct.values()) await tell(resource)
  }

  return {
    handlers: {
      JOIN_PRESENCE: liveHandler(LIVE_REQUESTS.JOIN_PRESENCE, async ({ session, socketId }, { resourceId }) => {
        const { projectId, principal } = session
        const resource = { projectId, resourceId }
        const entered = await enterPresence(db, { ...resource, userId: principal.id, socketId })
        // Those who only say again that they are there are no news.
        return { users: entered ? await tell(resource) : await selectPresent(db, resource) }
      }),
      LEAVE_PRESENCE: liveHandler(LIVE_REQUESTS.LEAVE_PRESENCE, async ({ session, socketId }, { resourceId }) => {
        await tellAll(await leavePresence(db, socketId, resourceId))
        return { users: await selectPresent(db, { projectId: session.projectId, resourceId }) }
      }),
    },
    left: async (socketId) => tellAll(await leavePresence(db, socketId)),
    sweep: async () => tellAll(await deleteExpiredPresences(db)),
  }
}
