import type { SecretManager, secretManagers } from '@piecework/api/secret-managers'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { z } from 'zod'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Encryption } from '../../encryption.ts'
import type { Events } from '../../events/events.ts'
import type { Outbound } from '../../http/outbound.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { secretManagerPolicy } from '../../policies/secret-manager.ts'
import type { Providers } from './providers/registry.ts'
import type { Secrets } from './secrets.ts'
import {
  deleteSecretManager,
  insertSecretManager,
  pageSecretManagers,
  type SecretManagerRow,
  selectSecretManager,
  updateSecretManager,
} from './store.ts'

type Body = z.output<(typeof secretManagers)['create']['body']>

/** The places that keep a company's secrets, so that connections can refer to them. */
export interface SecretManagers {
  /** Administrators see all; others those of one of their projects. */
  list(actor: Actor, projectId: string | undefined, page: PageRequest): Promise<SeekPage<SecretManager>>
  /** @throws AppError SECRET_MANAGER_CONNECTION_FAILED when it does not let the server in */
  create(actor: Actor, body: Body): Promise<SecretManager>
  /** @throws AppError SECRET_MANAGER_CONNECTION_FAILED, ENTITY_NOT_FOUND */
  update(actor: Actor, id: string, body: Body): Promise<SecretManager>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: Actor, id: string): Promise<void>
  /** @throws AppError ENTITY_NOT_FOUND */
  clearCache(actor: Actor, id: string | undefined): Promise<void>
}

interface Parts {
  db: Db
  outbox: Outbox
  events: Events
  encryption: Encryption
  outbound: Outbound
  providers: Providers
  secrets: Secrets
  /** The projects that somebody may enter. */
  projectsOf(actor: Actor): Promise<string[]>
}

const ENTITY = 'secret_manager'

export function createSecretManagers(parts: Parts): SecretManagers {
  const { db, outbox, events, encryption, outbound, providers, secrets, projectsOf } = parts

  const present = async (row: SecretManagerRow): Promise<SecretManager> => {
    const { config: _, ...shown } = row
    return { ...shown, connection: { configured: true, connected: await secrets.isConnected(row) } }
  }

  const columnsOf = async (actor: Actor, { providerId, name, scope, projectIds = [], config }: Body) => {
    const wanted = scope === 'PLATFORM' ? [] : [...new Set(projectIds)]
    const known = new Set(wanted.length === 0 ? [] : await projectsOf(actor))
    const unknown = wanted.find((id) => !known.has(id))
    if (unknown !== undefined) throw notFound('project', unknown, 'projectIds')
    try {
      await providers[providerId].check(outbound, config)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const message = `the secret manager does not let the server in: ${reason}`
      throw new AppError('SECRET_MANAGER_CONNECTION_FAILED', { message, provider: providerId })
    }
    return { providerId, name, scope, projectIds: wanted, config: JSON.stringify(encryption.encrypt(config)) }
  }

  /** Connections that runs hold have the old secrets. */
  const changed = async (platformId: string, id: string | undefined): Promise<void> => {
    await events.emit('SECRETS_CHANGED', { platformId, id })
    await events.emit('CONNECTIONS_CHANGED', {})
  }

  return {
    async list(actor, projectId, page) {
      authorize(actor, secretManagerPolicy.read)
      const own = actor.isAdmin ? undefined : await projectsOf(actor)
      const wanted = projectId === undefined ? own : [projectId].filter((id) => own?.includes(id) ?? true)
      const found = await pageSecretManagers(db, actor.platformId, wanted, page)
      return { ...found, data: await Promise.all(found.data.map(present)) }
    },

    async create(actor, body) {
      authorize(actor, secretManagerPolicy.create)
      const { platformId } = actor
      const columns = await columnsOf(actor, body)
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const inserted = await insertSecretManager(trx, { id: newId(), platformId, ...columns })
        recordEvent(actor, 'secret.manager.created', { secretManager: factsOf(inserted) })
        return inserted
      })
      return present(row)
    },

    async update(actor, id, body) {
      authorize(actor, secretManagerPolicy.edit)
      const { platformId } = actor
      // Nothing is sent anywhere for what is not there.
      if (!(await selectSecretManager(db, platformId, id))) throw notFound(ENTITY, id)
      const columns = await columnsOf(actor, body)
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const known = await selectSecretManager(trx, platformId, id)
        const updated = known && (await updateSecretManager(trx, platformId, id, columns))
        if (!updated) throw notFound(ENTITY, id)
        const { config: _, ...shown } = columns
        recordEvent(actor, 'secret.manager.updated', { secretManager: factsOf(updated), ...changesOf(known, shown) })
        return updated
      })
      await changed(platformId, id)
      return present(row)
    },

    async remove(actor, id) {
      authorize(actor, secretManagerPolicy.delete)
      const { platformId } = actor
      await outbox.transaction(async (trx, recordEvent) => {
        const gone = await deleteSecretManager(trx, platformId, id)
        if (!gone) throw notFound(ENTITY, id)
        recordEvent(actor, 'secret.manager.deleted', { secretManager: factsOf(gone) })
      })
      await changed(platformId, id)
    },

    async clearCache(actor, id) {
      authorize(actor, secretManagerPolicy.clearCache)
      if (id !== undefined && !(await selectSecretManager(db, actor.platformId, id)))
        throw notFound(ENTITY, id, 'connectionId')
      await changed(actor.platformId, id)
    },
  }
}

const factsOf = ({ id, created, updated, name, providerId }: SecretManagerRow) => ({
  ...{ id, created, updated, name, providerId },
})
