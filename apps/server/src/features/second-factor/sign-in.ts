import type { SecondFactorSetUp } from '@piecework/api/second-factor'
import { AppError } from '@piecework/model/errors'
import { actorOf } from '../../access/actor.ts'
import { touchUser } from '../../access/store.ts'
import { openSession, type Session } from '../authentication/open-session.ts'
import { refusalOf } from '../authentication/sign-in-rules.ts'
import { selectPlatform } from '../platforms/store.ts'
import { type Challenge, readChallenge } from '../sessions/challenge.ts'
import type { Client, SessionMaker } from '../sessions/open.ts'
import { onEveryPlatform } from '../users/on-every-platform.ts'
import { selectIdentityOfUser } from '../users/store.ts'
import { checkCode, refusalOf as refusalOfCode } from './check.ts'
import type { Parts as FactorParts, SecondFactors } from './service.ts'
import { selectPerson } from './store.ts'

interface Parts extends FactorParts {
  tokens: Parameters<typeof readChallenge>[0]
  sessionMaker: SessionMaker
  secondFactors: SecondFactors
}

/** The second step of a sign-in, by the challenge that the first step was answered with. */
export type SecondStep = ReturnType<typeof createSecondStep>

export function createSecondStep({ tokens, sessionMaker, secondFactors, ...parts }: Parts) {
  const { db, outbox } = parts

  /** Who takes the second step: they must still be let in as they were at the first. */
  const personOf = async (challenge: string, step: Challenge['step']) => {
    const claims = await readChallenge(tokens, challenge)
    const [identity, user] = await Promise.all([
      selectIdentityOfUser(db, claims.userId),
      selectPerson(db, claims.userId),
    ])
    const platformId = user?.platformId ?? undefined
    const platform = platformId === undefined ? undefined : await selectPlatform(db, platformId)
    const isSame = identity?.verified === true && (identity.tokenVersion ?? '') === claims.tokenVersion
    if (!identity || !user || !platform || platformId === undefined || !isSame || claims.step !== step)
      throw new AppError('INVALID_BEARER_TOKEN', { message: 'this sign-in is over: begin again' })
    if (user.status !== 'ACTIVE') throw new AppError('USER_IS_INACTIVE', { email: identity.email })
    const isOwner = platform.ownerId === user.id
    const refusal = claims.means === 'PASSWORD' ? refusalOf(platform, identity.email, isOwner) : undefined
    if (refusal) throw refusal
    return { identity, user, platformId, means: claims.means }
  }

  const enter = async (person: Awaited<ReturnType<typeof personOf>>, client: Client): Promise<Session> => {
    // A note for lists of people, which no sign-in depends on.
    await touchUser(db, person.user.id, new Date()).catch(() => {})
    return openSession({ db, sessionMaker }, person, { means: person.means, client, secondFactor: true })
  }

  const actorFor = ({ user, platformId }: Awaited<ReturnType<typeof personOf>>, client: Client) =>
    actorOf({ type: 'USER', id: user.id, platformId, platformRole: user.platformRole }, client.ip)

  return {
    /** @throws AppError INVALID_BEARER_TOKEN, INVALID_OTP, RATE_LIMITED, USER_IS_INACTIVE */
    async answer({ challenge, code }: { challenge: string; code: string }, client: Client): Promise<Session> {
      const person = await personOf(challenge, 'CODE')
      const actor = actorFor(person, client)
      const event = { user: { id: person.user.id } }
      const verdict = await outbox.transaction(async (trx, recordEvent) => {
        const found = await checkCode(parts, trx, { identityId: person.identity.id, code })
        if (found === 'recovery')
          await onEveryPlatform(trx, person.identity.id, client.ip, (own, user) =>
            recordEvent(own, 'user.recovery.code.used', { user }),
          )
        if (found === 'recovery' || found === 'right') recordEvent(actor, 'user.signed.in', event)
        return found
      })
      if (verdict === 'wrong' || verdict === 'locked') throw refusalOfCode(verdict)
      return enter(person, client)
    },

    /** For people whose platform asks for a second factor that they do not have yet. */
    async setUp(challenge: string): Promise<SecondFactorSetUp> {
      const { identity } = await personOf(challenge, 'SET_UP')
      return secondFactors.setUp(identity)
    },

    async confirm(
      { challenge, code }: { challenge: string; code: string },
      client: Client,
    ): Promise<{ session: Session; recoveryCodes: string[] }> {
      const person = await personOf(challenge, 'SET_UP')
      const actor = actorFor(person, client)
      const recoveryCodes = await secondFactors.confirm({ identityId: person.identity.id, code }, client.ip)
      await outbox.transaction(async (_, recordEvent) => {
        recordEvent(actor, 'user.signed.in', { user: { id: person.user.id } })
      })
      return { session: await enter(person, client), recoveryCodes }
    },
  }
}
