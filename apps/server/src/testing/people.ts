import { newId } from '@piecework/model/ids'
import type { DefaultRole } from '../access/roles.ts'
import type { Person, TestServer } from './server.ts'

/** Adds a colleague with a role in the owner's project; without one they are on the platform alone. */
export async function addColleague(
  { server: { db, tokens } }: TestServer,
  { platformId, projectId }: Person,
  name: string,
  role?: DefaultRole,
): Promise<Person> {
  const userId = newId()
  await db
    .insertInto('user_identity')
    .values({
      id: userId,
      email: `${name.toLowerCase()}@example.com`,
      password: '',
      firstName: name,
      lastName: 'Colleague',
      provider: 'EMAIL',
      verified: true,
    })
    .execute()
  await db
    .insertInto('user')
    .values({ id: userId, identityId: userId, platformId, platformRole: 'MEMBER', status: 'ACTIVE' })
    .execute()
  if (role !== undefined) {
    const { id: roleId } = await db
      .selectFrom('project_role')
      .select('id')
      .where('name', '=', role)
      .where('type', '=', 'DEFAULT')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('project_member')
      .values({ id: newId(), projectId, platformId, userId, projectRoleId: roleId })
      .execute()
  }
  const token = await tokens.user({ id: userId, platformId, tokenVersion: null })
  return { token, userId, platformId, projectId }
}
