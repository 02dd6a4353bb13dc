import type { PlatformUpdate } from '@piecework/api/platforms'
import { notFound } from '@piecework/model/errors'
import type { Actor, SystemPrincipal } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Events } from '../../events/events.ts'
import type { UploadedFile } from '../../http/form.ts'
import type { Outbound } from '../../http/outbound.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { platformPolicy } from '../../policies/platform.ts'
import { authorize, type Rule } from '../../policies/policy.ts'
import type { Settings } from '../../settings.ts'
import type { PublicImages } from '../files/public-images.ts'
import { changeProviders, providerNames } from './auth-providers.ts'
import { APP_IMAGES } from './brand.ts'
import { readSamlProvider } from './saml-metadata.ts'
import {
  lockPlatform,
  type PlatformChanges,
  type PlatformRow,
  selectPlatform,
  selectPlatformsOfPerson,
  updatePlatform,
} from './store.ts'
import { LOGOS, type LogoField } from './update.ts'

/** A platform on which somebody is active, and who they are there. */
export type Membership = Awaited<ReturnType<typeof selectPlatformsOfPerson>>[number]

export interface Platforms {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: Actor, id: string): Promise<PlatformRow>
  /** @throws AppError ENTITY_NOT_FOUND */
  update(
    actor: Actor,
    id: string,
    changes: PlatformUpdate,
    logos?: ReadonlyMap<LogoField, UploadedFile>,
  ): Promise<PlatformRow>
  /** The platforms of the person behind a user. */
  ofPerson(actor: Actor<UserPrincipal>): Promise<Membership[]>
  /**
   * Gives the work of a platform to other workers.
   * @param _operator of the installation, who is nobody on the platform
   * @throws AppError ENTITY_NOT_FOUND
   */
  assignWorkerGroup(_operator: SystemPrincipal, id: string, workerGroupId: string | null): Promise<void>
}

interface Parts {
  db: Db
  images: PublicImages
  events: Pick<Events, 'announce'>
  outbox: Outbox
  encryption: Encryption
  outbound: Outbound
  settings: Pick<Settings, 'ssoAllowHttp'>
}

export function createPlatforms({ db, images, events, outbox, encryption, outbound, settings }: Parts): Platforms {
  const load = async (
    actor: Actor,
    rule: Rule<{ id: string; platformId: string }>,
    id: string,
  ): Promise<PlatformRow> => {
    authorize(actor, rule, { id, platformId: actor.platformId })
    const platform = await selectPlatform(db, id)
    if (!platform) throw notFound('platform', id)
    return platform
  }

  const allowsHttp = settings.ssoAllowHttp

  return {
    get: (actor, id) => load(actor, platformPolicy.read, id),

    ofPerson: ({ principal }) => selectPlatformsOfPerson(db, principal.id),

    async update(actor, id, { federatedAuthProviders: providers, removedImages = [], ...changes }, logos = new Map()) {
      const before = await load(actor, platformPolicy.edit, id)
      const links: PlatformChanges = {}
      for (const field of removedImages) links[LOGOS[field]] = APP_IMAGES[LOGOS[field]]
      for (const [field, file] of logos) links[LOGOS[field]] = await images.save(id, 'PLATFORM_ASSET', field, file)
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      const written = { ...Object.fromEntries(given), ...links }
      const saml = providers?.saml ? await readSamlProvider(outbound, providers.saml, allowsHttp) : undefined
      await outbox.transaction(async (trx, recordEvent) => {
        const locked = providers ? await lockPlatform(trx, id) : undefined
        const known = locked?.federatedAuthProviders ?? {}
        const changed = providers ? changeProviders(known, providers, { encryption, allowsHttp, saml }) : undefined
        const more = changed && { federatedAuthProviders: JSON.stringify(changed) }
        await updatePlatform(trx, id, { ...written, ...more })
        // The names alone: the rest is not for the record.
        const facts = changesOf(
          { ...before, federatedAuthProviders: providerNames(known) },
          { ...written, ...(changed && { federatedAuthProviders: providerNames(changed) }) },
        )
        recordEvent(actor, 'platform.updated', { platform: { id, name: before.name }, ...facts })
      })
      for (const column of Object.values(LOGOS)) if (links[column]) await images.remove(id, before[column])
      return load(actor, platformPolicy.edit, id)
    },

    async assignWorkerGroup(_operator, id, workerGroupId) {
      if (!(await updatePlatform(db, id, { workerGroupId }))) throw notFound('platform', id)
      events.announce('LIMITS_CHANGED', {})
    },
  }
}
