import { api } from '@piecework/api/index'
import type { Actor, ProjectActor } from '../access/actor.ts'
import type { Policy } from './policy.ts'

const { list, create, resend, remove } = api.userInvitations

/** The permissions that actions on the invitations of a project need. */
const ofProject = {
  read: { needs: list.permission },
  create: { needs: create.permission },
  resend: { needs: resend.permission },
  delete: { needs: remove.permission },
} as const satisfies Policy<object>

/** The permissions for invitations outside of a project: those to the platform, or those of all projects at once. */
const ofPlatform = {
  read: { needs: list.project.otherwise },
  create: { needs: create.project.otherwise },
  resend: { needs: resend.project.otherwise },
  delete: { needs: remove.project.otherwise },
} as const satisfies Policy<object>

export const userInvitationPolicy = { ofProject, ofPlatform }

/** The one that is about where the actor is. */
export const invitationPolicyOf = (actor: Actor | ProjectActor) => ('projectId' in actor ? ofProject : ofPlatform)
