import type { AppConnection } from '@piecework/api/connection-shapes'
import { notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { globalConnectionPolicy } from '../../policies/connection.ts'
import { authorize } from '../../policies/policy.ts'
import { changeConnection, removeConnection } from './change.ts'
import { connectionForEvent } from './event-data.ts'
import type { ConnectionMaker, ConnectionRequest } from './make.ts'
import { presentConnections } from './present.ts'
import {
  type ConnectionFilter,
  insertConnection,
  lockExternalId,
  pageGlobalConnections,
  selectGlobalByExternalId,
  selectGlobalConnection,
  selectProjectsOfPlatform,
} from './store.ts'

export interface UpsertGlobalConnection extends ConnectionRequest {
  /** One is made up when it is missing. */
  externalId?: string | undefined
  projectIds: readonly string[]
  preSelectForNewProjects?: boolean | undefined
}

export interface GlobalConnectionChanges {
  displayName: string
  projectIds?: readonly string[] | undefined
  metadata?: Record<string, unknown> | null | undefined
  preSelectForNewProjects?: boolean | undefined
}

/** Connections of the platform, which its administrators share with projects. */
export interface GlobalConnections {
  /** @throws AppError as making any connection does, ENTITY_NOT_FOUND for a project */
  upsert(actor: Actor, request: UpsertGlobalConnection): Promise<AppConnection>
  list(actor: Actor, filter: ConnectionFilter, page: PageRequest): Promise<SeekPage<AppConnection>>
  /** @throws AppError ENTITY_NOT_FOUND */
  update(actor: Actor, id: string, changes: GlobalConnectionChanges): Promise<AppConnection>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: Actor, id: string): Promise<void>
}

interface Parts {
  db: Db
  make: ConnectionMaker
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

export function createGlobalConnections({ db, make, events, outbox }: Parts): GlobalConnections {
  const require = async (platformId: string, id: string) => {
    const row = await selectGlobalConnection(db, platformId, id)
    if (!row) throw notFound('app_connection', id)
    return row
  }

  const presentOne = async (platformId: string, id: string): Promise<AppConnection> => {
    const [connection] = await presentConnections(db, { platformId }, [await require(platformId, id)])
    if (!connection) throw notFound('app_connection', id)
    return connection
  }

  const requireProjects = async (platformId: string, ids: readonly string[]): Promise<string[]> => {
    const wanted = [...new Set(ids)]
    const known = new Set(await selectProjectsOfPlatform(db, platformId, wanted))
    const unknown = wanted.find((id) => !known.has(id))
    if (unknown !== undefined) throw notFound('project', unknown)
    return wanted
  }

  return {
    async upsert(actor, request) {
      authorize(actor, globalConnectionPolicy.create)
      const { platformId, userId: ownerId } = actor
      const { externalId = newId(), preSelectForNewProjects, ...asked } = request
      const projectIds = await requireProjects(platformId, asked.projectIds)
      // It belongs to no project: the token that its piece is given opens nothing.
      const row = await make({ ...actor, projectId: `platform:${platformId}` }, asked, 'PLATFORM')
      const shared = { projectIds, ...(preSelectForNewProjects === undefined ? {} : { preSelectForNewProjects }) }
      const id = await outbox.transaction(async (trx, recordEvent) => {
        await lockExternalId(trx, platformId, externalId)
        const known = await selectGlobalByExternalId(trx, platformId, externalId)
        if (known) return changeConnection({ trx, recordEvent, actor }, known, { ...row, ...shared })
        const fresh = { ...row, ...shared, id: newId(), externalId, ownerId, platformId }
        const connection = await insertConnection(trx, { ...fresh, scope: 'PLATFORM' })
        recordEvent(actor, 'connection.upserted', { connection: connectionForEvent(connection) })
        return connection.id
      })
      await events.emit('CONNECTIONS_CHANGED', {})
      return presentOne(platformId, id)
    },

    async list(actor, filter, request) {
      authorize(actor, globalConnectionPolicy.read)
      const { platformId } = actor
      const page = await pageGlobalConnections(db, platformId, filter, request)
      return { ...page, data: await presentConnections(db, { platformId }, page.data) }
    },

    async update(actor, id, { displayName, projectIds, metadata, preSelectForNewProjects }) {
      authorize(actor, globalConnectionPolicy.edit)
      const { platformId } = actor
      const known = await require(platformId, id)
      const changes = {
        displayName,
        ...(projectIds === undefined ? {} : { projectIds: await requireProjects(platformId, projectIds) }),
        ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
        ...(preSelectForNewProjects === undefined ? {} : { preSelectForNewProjects }),
      }
      await outbox.transaction((trx, recordEvent) => changeConnection({ trx, recordEvent, actor }, known, changes))
      await events.emit('CONNECTIONS_CHANGED', {})
      return presentOne(platformId, id)
    },

    async remove(actor, id) {
      authorize(actor, globalConnectionPolicy.delete)
      const { platformId } = actor
      await require(platformId, id)
      await outbox.transaction((trx, recordEvent) => removeConnection({ trx, recordEvent, actor }, id))
      await events.emit('CONNECTIONS_CHANGED', {})
    },
  }
}
