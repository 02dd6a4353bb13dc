import type { Permission } from '@piecework/model/permission'
import type { Db } from '../database/open.ts'

/** The columns of a project that decide who may enter it. */
export interface AccessProject {
  id: string
  platformId: string
  ownerId: string
}

export function selectKey(db: Db, hashedValue: string): Promise<{ id: string; platformId: string } | undefined> {
  return db.selectFrom('api_key').select(['id', 'platformId']).where('hashedValue', '=', hashedValue).executeTakeFirst()
}

/** A key of a project that is not deleted. */
export function selectProjectKey(db: Db, hashedValue: string) {
  return db
    .selectFrom('project_key')
    .innerJoin('project', 'project.id', 'project_key.projectId')
    .select(['project_key.id', 'project_key.projectId', 'project.platformId', 'project_key.scopes'])
    .where('hashedValue', '=', hashedValue)
    .where('project.deleted', 'is', null)
    .executeTakeFirst()
}

/** A token of somebody who may come in. */
export function selectPersonalToken(db: Db, hashedValue: string) {
  return db
    .selectFrom('personal_token')
    .innerJoin('user', (join) =>
      join.onRef('user.id', '=', 'personal_token.userId').onRef('user.platformId', '=', 'personal_token.platformId'),
    )
    .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
    .select([
      'personal_token.id',
      'personal_token.userId',
      'personal_token.platformId',
      'personal_token.projectIds',
      'personal_token.permissions',
      'personal_token.expiresAt',
      'user.platformRole',
    ])
    .where('hashedValue', '=', hashedValue)
    .where('user.status', '=', 'ACTIVE')
    .where('user_identity.verified', '=', true)
    .executeTakeFirst()
}

export function touchPersonalToken(db: Db, id: string, now: Date): Promise<unknown> {
  return db.updateTable('personal_token').set({ lastUsedAt: now }).where('id', '=', id).execute()
}

export function touchProjectKey(db: Db, id: string, now: Date): Promise<unknown> {
  return db.updateTable('project_key').set({ lastUsedAt: now }).where('id', '=', id).execute()
}

export function touchKey(db: Db, id: string, now: Date): Promise<unknown> {
  return db.updateTable('api_key').set({ lastUsedAt: now }).where('id', '=', id).execute()
}

/** Notes that a person was there. */
export function touchUser(db: Db, id: string, now: Date): Promise<unknown> {
  return db.updateTable('user').set({ lastActiveDate: now }).where('id', '=', id).execute()
}

/** Notes that a session was used. */
export function touchSession(db: Db, id: string, now: Date): Promise<unknown> {
  return db.updateTable('user_session').set({ lastUsedAt: now }).where('id', '=', id).execute()
}

/** A user with what ends their sessions, and one of these. */
export function selectMember(db: Db, userId: string, sessionId: string | undefined) {
  return db
    .selectFrom('user')
    .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
    .leftJoin('user_session', (join) =>
      join.onRef('user_session.userId', '=', 'user.id').on('user_session.id', '=', sessionId ?? ''),
    )
    .select([
      'user.signedOutAt',
      'user_session.id as sessionId',
      'user_session.turn',
      'user_session.turnedAt',
      'user_session.lastUsedAt',
      'user_session.expiresAt',
      'user.id',
      'user.platformId',
      'user.platformRole',
      'user.status',
      'user_identity.tokenVersion',
      'user_identity.verified',
    ])
    .where('user.id', '=', userId)
    .executeTakeFirst()
}

export function selectProject(db: Db, id: string): Promise<AccessProject | undefined> {
  return db
    .selectFrom('project')
    .select(['id', 'platformId', 'ownerId'])
    .where('id', '=', id)
    .where('deleted', 'is', null)
    .executeTakeFirst()
}

/** @returns the permissions of a member's role; undefined for people who are no members. */
export async function selectPermissions(
  db: Db,
  projectId: string,
  userId: string,
): Promise<readonly Permission[] | undefined> {
  const member = await db
    .selectFrom('project_member')
    .innerJoin('project_role', 'project_role.id', 'project_member.projectRoleId')
    .select('project_role.permissions')
    .where('project_member.projectId', '=', projectId)
    .where('project_member.userId', '=', userId)
    .executeTakeFirst()
  return member?.permissions
}

/** The platform of a project, deleted or not. */
export async function selectPlatformOf(db: Db, projectId: string): Promise<string | undefined> {
  const project = await db.selectFrom('project').select('platformId').where('id', '=', projectId).executeTakeFirst()
  return project?.platformId
}
