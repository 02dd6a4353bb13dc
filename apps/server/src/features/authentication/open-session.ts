import type { Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import { selectHomeProject } from '../projects/store.ts'
import type { How, SessionMaker } from '../sessions/open.ts'

/** Who has come in, with a token of theirs. */
export interface Session {
  identity: Selectable<UserIdentityTable>
  user: Selectable<UserTable>
  token: string
  projectId: string | null
}

interface Entered extends Pick<Session, 'identity' | 'user'> {
  platformId: string
}

/** Opens a session of somebody who is let in, in the project that they see first. */
export async function openSession(
  { db, sessionMaker }: { db: Db; sessionMaker: SessionMaker },
  { identity, user, platformId }: Entered,
  how: How,
): Promise<Session> {
  const [token, home] = await Promise.all([
    sessionMaker.open({ user: { id: user.id, platformId }, tokenVersion: identity.tokenVersion, ...how }),
    selectHomeProject(db, platformId, user.id),
  ])
  return { identity, user, token, projectId: home?.id ?? null }
}
