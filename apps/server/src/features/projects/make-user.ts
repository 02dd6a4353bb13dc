import { newId } from '@piecework/model/ids'
import type { Selectable } from 'kysely'
import { actorOf } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import type { RecordEvent } from '../../outbox/outbox.ts'
import { insertUser } from '../users/store.ts'
import { insertProject } from './store.ts'

/** A change in which somebody comes in. */
export interface ComingIn {
  trx: Db
  recordEvent: RecordEvent
  /** The address of the request. */
  ip: string | null
}

interface NewUser {
  platformId: string
  platformRole: UserTable['platformRole']
  source: 'credentials' | 'sso' | 'managed'
  externalId?: string
  /** A directory makes them, active or not. */
  provisioned?: UserTable['status']
}

/** A new user of a platform, with a personal project. */
export async function makeUser(
  { trx, recordEvent, ip }: ComingIn,
  identity: Selectable<UserIdentityTable>,
  { platformId, platformRole, source, externalId, provisioned }: NewUser,
) {
  const user = await insertUser(trx, {
    id: newId(),
    identityId: identity.id,
    platformId,
    platformRole,
    status: provisioned ?? 'ACTIVE',
    externalId: externalId ?? null,
  })
  const displayName = `${identity.firstName}'s Project`
  await insertProject(trx, { id: newId(), platformId, ownerId: user.id, displayName, type: 'PERSONAL' })
  const principal = { type: 'USER' as const, id: user.id, platformId, platformRole }
  recordEvent(actorOf(principal, ip), 'user.signed.up', {
    ...{ source, user: { id: user.id } },
    ...(provisioned === 'ACTIVE' ? { provisioned: true } : {}),
  })
  return user
}
