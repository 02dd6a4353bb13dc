import type { Endpoint } from '@piecework/api/endpoint'
import type { Permission } from '@piecework/model/permission'
import type { Actor } from '../access/actor.ts'
import { requireNeeds } from './policy.ts'

/**
 * Asks for what the contract says that an endpoint needs.
 * @param body of the request, which may ask for a further permission
 * @throws AppError as `requireNeeds` does
 */
export function requireEndpoint(actor: Actor, { permission, permissionsBy, project }: Endpoint, body: unknown): void {
  const otherwise = project && 'otherwise' in project && !('projectId' in actor) ? project.otherwise : undefined
  requireNeeds(actor, otherwise ?? permission)
  if (permissionsBy) requireNeeds(actor, furtherPermission(permissionsBy, body))
}

function furtherPermission({ field, permissions }: NonNullable<Endpoint['permissionsBy']>, body: unknown): Permission {
  const value = Object(body)[field]
  const permission = Object.hasOwn(permissions, value) ? permissions[value] : undefined
  if (!permission) throw new Error(`Nothing says what ${field} ${String(value)} needs`)
  return permission
}
