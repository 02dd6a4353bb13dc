import { Resolver } from 'node:dns/promises'
import type { SsoDomain } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import { randomText } from '@piecework/model/ids'
import type { Actor } from '../../access/actor.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { ssoPolicy } from '../../policies/sso.ts'
import { type PlatformRow, selectPlatform } from '../platforms/store.ts'
import { updateDomain } from './store.ts'

/** The domain whose people sign in by single sign-on. It counts once the DNS proves that it is the company's. */
export interface SsoDomains {
  set(actor: Actor, domain: string | null): Promise<SsoDomain>
  /** @throws AppError VALIDATION without the proof, or when another platform has it */
  verify(actor: Actor): Promise<SsoDomain>
}

const RECORD = '_activepieces-verify'
const VALUE = 'activepieces-verify='
const PROOF_LENGTH = 32
/** A claim that is not proved in time is made again, with another proof. */
const CLAIM_MS = 3 * 3_600_000
const DNS_MS = 5000

interface Parts {
  db: Db
  outbox: Outbox
  /** Asked instead of those of the machine. */
  dnsServers: readonly string[]
}

export function createSsoDomains({ db, outbox, dnsServers }: Parts): SsoDomains {
  const resolver = new Resolver({ timeout: DNS_MS, tries: 2 })
  if (dnsServers.length > 0) resolver.setServers(dnsServers)

  /** @param proof of the claim that the domain must still have @throws AppError VALIDATION when it has another one */
  const write = async (actor: Actor, before: PlatformRow, domain: SsoDomain, proof?: string): Promise<SsoDomain> => {
    await outbox.transaction(async (trx, recordEvent) => {
      if (!(await updateDomain(trx, actor.platformId, domain, proof)))
        throw refused('the domain was changed in the meantime: look at it again')
      const { id, name } = before
      const after = { ssoDomain: domain.ssoDomain, status: domain.ssoDomainVerification?.status ?? null }
      recordEvent(actor, 'platform.updated', { platform: { id, name }, before: { ssoDomain: before.ssoDomain }, after })
    })
    return domain
  }
  const platformOf = async ({ platformId }: Actor): Promise<PlatformRow> => {
    const platform = await selectPlatform(db, platformId)
    if (!platform) throw new Error('An actor has a platform')
    return platform
  }

  return {
    async set(actor, ssoDomain) {
      authorize(actor, ssoPolicy.setDomain)
      const before = await platformOf(actor)
      const proof = `${VALUE}${randomText(PROOF_LENGTH)}`
      const ssoDomainVerification =
        ssoDomain === null
          ? null
          : {
              ...{ status: 'PENDING_VERIFICATION' as const, createdAt: new Date().toISOString() },
              record: { type: 'TXT' as const, name: `${RECORD}.${ssoDomain}`, value: proof },
            }
      return write(actor, before, { ssoDomain, ssoDomainVerification })
    },

    async verify(actor) {
      authorize(actor, ssoPolicy.verifyDomain)
      const before = await platformOf(actor)
      const { ssoDomain, ssoDomainVerification: claim } = before
      if (ssoDomain === null || !claim) throw refused('there is no domain to verify: set one first')
      if (claim.status === 'VERIFIED') return { ssoDomain, ssoDomainVerification: claim }
      if (Date.now() - Date.parse(claim.createdAt) > CLAIM_MS)
        throw refused('the claim of the domain is older than three hours: set the domain again for a new proof')
      const { name, value } = claim.record
      const found = await resolver.resolveTxt(name).catch(() => [])
      if (!found.some((parts) => parts.join('') === value))
        throw refused(`the DNS has no TXT record ${name} with the value ${value} yet`)
      const ssoDomainVerification = { ...claim, status: 'VERIFIED' as const }
      return write(actor, before, { ssoDomain, ssoDomainVerification }, value).catch((error: unknown) => {
        throw isUniqueViolation(error) ? refused(`another platform has proved ${ssoDomain}`) : error
      })
    },
  }
}

const refused = (message: string): AppError => new AppError('VALIDATION', { message })
