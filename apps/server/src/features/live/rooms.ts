import type { ProjectActor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import { LISTENING_NEEDS } from '../../policies/live.ts'
import { has } from '../../policies/policy.ts'

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
export function roomsOf(actor: ProjectActor<UserPrincipal>): Room[] {
  const { projectId, principal } = actor
  const rooms = [EVERYBODY, userRoom(principal.id), projectRoom(projectId)]
  if (has(actor, LISTENING_NEEDS.runs)) rooms.push(runsRoom(projectId))
  if (has(actor, LISTENING_NEEDS.flows)) rooms.push(flowsRoom(projectId))
  return rooms
}
