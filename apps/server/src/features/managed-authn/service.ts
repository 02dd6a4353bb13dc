import { createHash } from 'node:crypto'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Selectable } from 'kysely'
import { actorOf } from '../../access/actor.ts'
import { touchUser } from '../../access/store.ts'
import type { Db } from '../../database/open.ts'
import type { UserTable } from '../../database/schema.ts'
import type { Events } from '../../events/events.ts'
import type { EventActor, Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { shareWithNewProject } from '../app-connections/project-link-store.ts'
import type { Session } from '../authentication/open-session.ts'
import { newTokenVersion } from '../authentication/token-version.ts'
import { selectPlatform } from '../platforms/store.ts'
import { enter } from '../project-members/enter.ts'
import { selectRoleByName } from '../project-roles/store.ts'
import { upsertPlan } from '../projects/plan-store.ts'
import { insertProject, updateProject, upsertPool } from '../projects/store.ts'
import type { Client, SessionMaker } from '../sessions/open.ts'
import { selectKeyOfToken } from '../signing-keys/store.ts'
import { insertIdentity, insertUser, selectIdentityByEmail, selectIdentityOfUser } from '../users/store.ts'
import { type Claims, keyIdOf, readClaims, wrongClaim } from './claims.ts'
import { lockProvisioning, selectProjectByExternalId, selectTaggedPieces, selectUserByExternalId } from './store.ts'

/** Signs the users of other programs in, by tokens that those programs sign (docs/provisioning.md). */
export interface ManagedAuthn {
  /**
   * A session of the person that the token names, in the project that it names; both are made where they are missing.
   * Role, pieces and limit are those of the token, each time.
   * @throws AppError INVALID_BEARER_TOKEN, USER_IS_INACTIVE, VALIDATION for a
   *   personal project
   */
  signIn(token: string, client: Client): Promise<Session>
}

interface Parts {
  db: Db
  sessionMaker: SessionMaker
  outbox: Outbox
  events: Pick<Events, 'emit' | 'announce'>
}

export function createManagedAuthn({ db, sessionMaker, outbox, events }: Parts): ManagedAuthn {
  return {
    async signIn(token, client) {
      const { ip } = client
      const key = await selectKeyOfToken(db, keyIdOf(token))
      const claims = await readClaims(token, key)
      const platformId = key?.platformId ?? ''
      const [role, platform] = await Promise.all([
        selectRoleByName(db, platformId, claims.role),
        selectPlatform(db, platformId),
      ])
      if (!platform) throw notFound('platform', platformId)
      if (!role) throw wrongClaim('role', `there is no role ${claims.role}`)
      const { user, projectId } = await outbox.transaction(async (trx, recordEvent) => {
        await lockProvisioning(trx, platformId)
        const person = await personOf(trx, platformId, claims)
        if (person.user.status !== 'ACTIVE') throw new AppError('USER_IS_INACTIVE', { email: person.email })
        const principal = {
          type: 'USER' as const,
          id: person.user.id,
          platformId,
          platformRole: person.user.platformRole,
        }
        const actor = actorOf(principal, ip)
        if (person.isNew) recordEvent(actor, 'user.signed.up', { source: 'managed', user: { id: person.user.id } })
        const home = await projectOf({ trx, recordEvent, actor }, platform, claims)
        await applyLimits(trx, platformId, home, claims)
        await enter({ trx, recordEvent, actor: { ...actor, projectId: home } }, person.user.id, role)
        await touchUser(trx, person.user.id, new Date())
        recordEvent(actor, 'user.signed.in', { user: { id: person.user.id } })
        return { user: person.user, projectId: home }
      })
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: user.id })
      if (claims.concurrencyPoolKey !== undefined) events.announce('LIMITS_CHANGED', {})
      const identity = await selectIdentityOfUser(db, user.id)
      if (!identity) throw notFound('user', user.id)
      const session = await sessionMaker.open({
        user: { id: user.id, platformId },
        tokenVersion: identity.tokenVersion,
        means: 'MANAGED',
        client,
      })
      return { identity, user, token: session, projectId }
    },
  }
}

/** The person of a token, who has no password and no address of their own. */
async function personOf(trx: Db, platformId: string, { externalUserId, firstName, lastName }: Claims) {
  const email = createHash('sha256').update(`managed_${platformId}_${externalUserId}`).digest('hex')
  const known = await selectUserByExternalId(trx, platformId, externalUserId)
  // Such a token needs no second factor: it must not open the account of an administrator from a directory.
  if (known && known.provider !== 'JWT') throw wrongClaim('externalUserId', 'this person signs in by another way')
  if (known) return { user: known, email, isNew: false }
  // Somebody who was removed from the platform comes back as the same person.
  const identity =
    (await selectIdentityByEmail(trx, email)) ??
    (await insertIdentity(trx, {
      ...{ id: newId(), email, password: '', firstName, lastName },
      ...{ verified: true, provider: 'JWT', tokenVersion: newTokenVersion() },
    }))
  const row = { id: newId(), identityId: identity.id, platformId, externalId: externalUserId }
  const user: Selectable<UserTable> = await insertUser(trx, { ...row, platformRole: 'MEMBER', status: 'ACTIVE' })
  return { user, email, isNew: true }
}

interface Change {
  trx: Db
  recordEvent: RecordEvent
  actor: EventActor
}

/** The project of a token. @returns its id */
async function projectOf(
  { trx, recordEvent, actor }: Change,
  { id: platformId, ownerId }: { id: string; ownerId: string },
  { externalProjectId, projectDisplayName }: Claims,
): Promise<string> {
  const known = await selectProjectByExternalId(trx, platformId, externalProjectId)
  if (known) return known.id
  const [id, displayName] = [newId(), projectDisplayName ?? externalProjectId]
  await insertProject(trx, { id, platformId, ownerId, displayName, type: 'TEAM', externalId: externalProjectId })
  await shareWithNewProject(trx, platformId, id)
  recordEvent({ ...actor, projectId: id }, 'project.created', { project: { id, displayName, type: 'TEAM' } })
  return id
}

/** The pieces that the project shows, and how many runs it may have at a time. */
async function applyLimits(trx: Db, platformId: string, projectId: string, claims: Claims): Promise<void> {
  const { piecesFilterType, piecesTags, concurrencyPoolKey, concurrencyPoolLimit } = claims
  const pieces = piecesFilterType === 'ALLOWED' ? await selectTaggedPieces(trx, platformId, piecesTags) : []
  await upsertPlan(trx, projectId, { pieces, piecesFilterType })
  if (concurrencyPoolKey === undefined || concurrencyPoolLimit === undefined) return
  const poolId = await upsertPool(trx, platformId, concurrencyPoolKey, concurrencyPoolLimit)
  await updateProject(trx, platformId, projectId, { poolId })
}
