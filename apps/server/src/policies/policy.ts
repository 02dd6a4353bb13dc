import type { EndpointPermission } from '@piecework/api/endpoint'
import { AppError } from '@piecework/model/errors'
import type { Permission } from '@piecework/model/permission'
import type { Actor } from '../access/actor.ts'
import type { PrincipalType } from '../access/principal.ts'

/**
 * The right that an action needs: a permission in the project of the actor, or any one of several; PLATFORM_ADMIN for
 * administrators of the platform; NONE for everybody who came this far.
 */
export type Needs = EndpointPermission | readonly Permission[]

/** One thing that may be done to an entity. */
export interface Rule<E> {
  needs: Needs
  /** Nobody else, whatever permissions they have. The server itself is always among them. */
  principals?: readonly PrincipalType[]
  /** The error for an entity on which nobody may do this, such as the last administrator; undefined for others. */
  refusal?(entity: E): AppError | undefined
}

/** The rules for the actions on one kind of entity, by name. */
export type Policy<E> = Readonly<Record<string, Rule<E>>>

/** Whether an actor has what is needed. */
export function has(actor: Actor, needs: Needs): boolean {
  if (needs === 'NONE') return true
  if (needs === 'PLATFORM_ADMIN') return actor.isAdmin
  return typeof needs === 'string' ? actor.may(needs) : needs.some((permission) => actor.may(permission))
}

/**
 * The one place that refuses somebody.
 * @param what named in the answer to those who are no administrators
 * @throws AppError PERMISSION_DENIED without the permission, AUTHORIZATION for people who are no administrators
 */
export function requireNeeds(actor: Actor, needs: Needs, what = 'do this'): void {
  if (has(actor, needs)) return
  if (needs === 'PLATFORM_ADMIN')
    throw new AppError('AUTHORIZATION', { message: `only administrators of the platform may ${what}` })
  const permissions = [needs].flat()
  throw new AppError('PERMISSION_DENIED', {
    userId: actor.principal.id,
    projectId: 'projectId' in actor ? actor.projectId : null,
    permission: permissions[0],
    message: `the permission ${permissions.join(' or ')} is required`,
  })
}

/** @throws AppError as `requireNeeds` does, or what the rule says of the entity */
export function authorize<E>(actor: Actor, rule: Rule<E>, ...[entity]: [entity?: E]): void {
  if (!isAmong(actor, rule))
    throw new AppError('AUTHORIZATION', { message: `a principal of type ${actor.principal.type} may not do this` })
  requireNeeds(actor, rule.needs)
  const refused = entity === undefined ? undefined : rule.refusal?.(entity)
  if (refused) throw refused
}

const isAmong = ({ principal: { type } }: Actor, { principals }: Pick<Rule<never>, 'principals'>): boolean =>
  type === 'SYSTEM' || principals === undefined || principals.includes(type)

/** Whether an actor may do each action on an entity, so that clients can hide the others. */
export type Abilities<P> = { [A in keyof P]: boolean }

export function abilitiesOf<E, const P extends Policy<E>>(policy: P, actor: Actor, entity: E): Abilities<P> {
  const able = Object.entries(policy).map(([action, rule]) => [
    action,
    isAmong(actor, rule) && has(actor, rule.needs) && rule.refusal?.(entity) === undefined,
  ])
  return Object.fromEntries(able) as Abilities<P>
}

/** The entity with what the actor may do to it, where the caller asks for that. */
export function withAbilities<E extends object, const P extends Policy<E>>(
  { abilities }: { abilities?: boolean | undefined },
  policy: P,
  actor: Actor,
  entity: E,
): E & { abilities?: Abilities<P> } {
  return abilities === true ? { ...entity, abilities: abilitiesOf(policy, actor, entity) } : entity
}
