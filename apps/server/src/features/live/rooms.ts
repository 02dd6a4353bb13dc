import type { ProjectAccess } from '../../http/access.ts'

/** Who gets a message, as text. */
export type Room = string

/** Everybody who may read the runs of a project. */
export const runsRoom = (projectId: string): Room => `runs:${projectId}`
/** Everybody who may read the flows of a project. */
export const flowsRoom = (projectId: string): Room => `flows:${projectId}`
/** Everybody in a project. */
export const projectRoom = (projectId: string): Room => `project:${projectId}`
const userRoom = (userId: string): Room => `user:${userId}`
export const EVERYBODY: Room = 'everybody'

/** The rooms of somebody in a project: those whose messages they could also read over the API. */
export function roomsOf(project: ProjectAccess, userId: string): Room[] {
  const rooms = [EVERYBODY, userRoom(userId), projectRoom(project.id)]
  if (project.may('READ_RUN')) rooms.push(runsRoom(project.id))
  if (project.may('READ_FLOW')) rooms.push(flowsRoom(project.id))
  return rooms
}
