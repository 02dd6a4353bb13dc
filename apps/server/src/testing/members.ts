import { newId } from '@piecework/model/ids'
import { DEFAULT_ROLES, type DefaultRole } from '../access/roles.ts'
import type { Person, TestServer } from './server.ts'

/** Somebody with a role in the owner's project. @returns the token of the session */
export async function addMember({ server }: TestServer, owner: Person, role: DefaultRole): Promise<string> {
  const { db, tokens } = server
  const { platformId, projectId } = owner
  const [id, roleId] = [newId(), newId()]
  const person = { email: `${id}@example.com`, password: '', firstName: 'Mae', lastName: 'Member' }
  await db
    .insertInto('user_identity')
    .values({ id, ...person, provider: 'EMAIL', verified: true })
    .execute()
  await db
    .insertInto('user')
    .values({ id, identityId: id, platformId, platformRole: 'MEMBER', status: 'ACTIVE' })
    .execute()
  const permissions = [...DEFAULT_ROLES[role]]
  await db.insertInto('project_role').values({ id: roleId, name: role, permissions, type: 'DEFAULT' }).execute()
  await db
    .insertInto('project_member')
    .values({ id: newId(), projectId, platformId, userId: id, projectRoleId: roleId })
    .execute()
  return tokens.user({ id, platformId, tokenVersion: null })
}
