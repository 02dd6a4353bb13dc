import { z } from 'zod'
import { queryFlag } from './shapes.ts'

/** Adds `abilities` to the answer when it is set. */
export const abilitiesQuery = {
  abilities: queryFlag.describe('With `abilities` in the answer: what the caller may do.'),
}

/** The actions that the caller may take on an entity, so that clients can hide the rest. */
function abilities<const A extends string>(...actions: A[]) {
  return z.record(z.enum(actions), z.boolean()).optional()
}

export const FlowAbilities = abilities('read', 'create', 'edit', 'publish', 'changeStatus', 'delete', 'run')
export const ConnectionAbilities = abilities('read', 'create', 'edit', 'delete', 'replace')
export const ProjectAbilities = abilities('read', 'create', 'edit', 'administer', 'delete')
export const ProjectMemberAbilities = abilities('read', 'add', 'edit', 'remove')
export const ProjectRoleAbilities = abilities('read', 'create', 'edit', 'delete')
export const UserInvitationAbilities = abilities('read', 'create', 'resend', 'delete')
