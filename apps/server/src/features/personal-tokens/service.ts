import type { PersonalToken } from '@piecework/api/personal-tokens'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { completePermissions, type Permission } from '@piecework/model/permission'
import { type Access, PERSONAL_TOKEN_PREFIX } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import { makeSecretKey } from '../../access/secret-key.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { personalTokenPolicy } from '../../policies/personal-token.ts'
import { authorize } from '../../policies/policy.ts'
import { selectIdentityOfUser } from '../users/store.ts'
import { deletePersonalToken, insertPersonalToken, selectPersonalTokens } from './store.ts'

/** Tokens of people for their programs, limited to projects and permissions. */
export type PersonalTokens = ReturnType<typeof createPersonalTokens>

/** The most tokens of a person: a list without pages shows them. */
const MAX_TOKENS = 50
const DAY_MS = 24 * 3_600_000

interface Parts {
  db: Db
  access: Pick<Access, 'enterProject'>
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

interface Wanted {
  displayName: string
  projectIds: readonly string[] | null
  permissions: readonly Permission[]
  expiresInDays: number
}

export function createPersonalTokens({ db, access, events, outbox }: Parts) {
  return {
    async list(actor: Actor<UserPrincipal>): Promise<PersonalToken[]> {
      authorize(actor, personalTokenPolicy.read)
      return selectPersonalTokens(db, actor.principal.id)
    },

    /**
     * @returns the token with its value, which is never shown again
     * @throws AppError ENTITY_NOT_FOUND for a project that the person may not enter, VALIDATION
     */
    async create(actor: Actor<UserPrincipal>, wanted: Wanted): Promise<PersonalToken & { value: string }> {
      authorize(actor, personalTokenPolicy.create)
      const { id: userId, platformId } = actor.principal
      const identity = await selectIdentityOfUser(db, userId)
      if (identity?.provider === 'JWT')
        throw new AppError('VALIDATION', { message: 'you are signed in by another program, which has keys of its own' })
      const projectIds = wanted.projectIds && [...new Set(wanted.projectIds)]
      for (const id of projectIds ?? []) await access.enterProject(actor, id)
      const { value, stored } = makeSecretKey(PERSONAL_TOKEN_PREFIX)
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const personalToken = await insertPersonalToken(
          trx,
          {
            ...{ id: newId(), userId, platformId, displayName: wanted.displayName, projectIds },
            permissions: completePermissions(wanted.permissions),
            ...stored,
            expiresAt: new Date(Date.now() + wanted.expiresInDays * DAY_MS),
          },
          MAX_TOKENS,
        )
        if (!personalToken)
          throw new AppError('VALIDATION', {
            message: `you have ${MAX_TOKENS} tokens already, which is the most: delete one first`,
          })
        recordEvent(actor, 'personal.token.created', { personalToken })
        return personalToken
      })
      return { ...row, value }
    },

    /** No app takes it any more. @throws AppError ENTITY_NOT_FOUND */
    async remove(actor: Actor<UserPrincipal>, id: string): Promise<void> {
      authorize(actor, personalTokenPolicy.delete)
      const { id: userId } = actor.principal
      await outbox.transaction(async (trx, recordEvent) => {
        const personalToken = await deletePersonalToken(trx, userId, id)
        if (!personalToken) throw notFound('personal_token', id)
        recordEvent(actor, 'personal.token.deleted', { personalToken })
      })
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    },
  }
}
