import type { CreatedTime, Time } from './columns.ts'

/** Who edits a resource, and until when without a renewal. */
export interface LiveLockTable {
  projectId: string
  resourceId: string
  userId: string
  userDisplayName: string
  socketId: string
  expiresAt: Time
}

/** Sockets whose users look at a resource. */
export interface LivePresenceTable {
  projectId: string
  resourceId: string
  userId: string
  socketId: string
  created: CreatedTime
  expiresAt: Time
}
