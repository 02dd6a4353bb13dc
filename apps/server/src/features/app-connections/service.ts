import type { AppConnection } from '@piecework/api/connection-shapes'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { connectionPolicy, openConnection } from '../../policies/connection.ts'
import { authorize, type Rule } from '../../policies/policy.ts'
import { withoutSecrets } from '../oauth2/value.ts'
import type { ConnectionMaker, ConnectionRequest } from './make.ts'
import { presentConnection, presentConnections } from './present.ts'
import type { ConnectionOpener } from './renewal.ts'
import {
  type ConnectionFilter,
  type ConnectionRow,
  deleteConnection,
  insertConnection,
  lockExternalId,
  pageConnections,
  selectConnection,
  selectConnectionByExternalId,
  selectOwners,
  selectProjectOfConnection,
  updateConnection,
} from './store.ts'

export interface UpsertConnection extends ConnectionRequest {
  externalId: string
}

export interface AppConnections {
  /** @throws AppError INVALID_APP_CONNECTION, INVALID_CLAIM, INVALID_CLOUD_CLAIM, ENTITY_NOT_FOUND for the piece. */
  upsert(actor: ProjectActor, request: UpsertConnection): Promise<AppConnection>
  list(actor: ProjectActor, filter: ConnectionFilter, page: PageRequest): Promise<SeekPage<AppConnection>>
  update(
    actor: ProjectActor,
    id: string,
    changes: { displayName: string; metadata?: Record<string, unknown> | null | undefined },
  ): Promise<AppConnection>
  remove(actor: ProjectActor, id: string): Promise<void>
  /** Points every flow of the project that uses the source at the target, then deletes the source. */
  replace(actor: ProjectActor, sourceId: string, targetId: string): Promise<void>
  /** With its value, for the engine alone. @throws AppError ENTITY_NOT_FOUND, INVALID_APP_CONNECTION */
  open(actor: ProjectActor, externalId: string): Promise<AppConnection & { value: unknown }>
  owners(actor: ProjectActor): Promise<{ firstName: string; lastName: string; email: string }[]>
  projectOf(id: string): Promise<string | undefined>
}

interface Parts {
  db: Db
  make: ConnectionMaker
  opener: ConnectionOpener
  events: Pick<Events, 'announce'>
  flows: { replaceConnection(actor: ProjectActor, from: string, to: string): Promise<void> }
}

export function createAppConnections({ db, make, opener, flows, events }: Parts): AppConnections {
  const requireConnection = async (actor: ProjectActor, id: string): Promise<ConnectionRow> => {
    const row = await selectConnection(db, actor, id)
    if (!row) throw notFound('app_connection', id)
    return row
  }

  const requireFor = async (actor: ProjectActor, rule: Rule<ConnectionRow>, id: string): Promise<ConnectionRow> => {
    const row = await requireConnection(actor, id)
    authorize(actor, rule, row)
    return row
  }

  const presentOne = async (actor: ProjectActor, id: string): Promise<AppConnection> => {
    const [connection] = await presentConnections(db, actor, [await requireConnection(actor, id)])
    if (!connection) throw notFound('app_connection', id)
    return connection
  }

  return {
    projectOf: (id) => selectProjectOfConnection(db, id),

    async owners(actor) {
      authorize(actor, connectionPolicy.read)
      return selectOwners(db, actor)
    },

    async upsert(actor, { externalId, ...request }) {
      authorize(actor, connectionPolicy.create)
      const { platformId, projectId, userId: ownerId } = actor
      const row = await make(actor, request)
      const id = await db.transaction().execute(async (trx) => {
        await lockExternalId(trx, projectId, externalId)
        const known = await selectConnectionByExternalId(trx, actor, externalId)
        if (known?.scope === 'PROJECT') {
          await updateConnection(trx, platformId, known.id, row)
          return known.id
        }
        const fresh = { ...row, id: newId(), externalId, ownerId, platformId, projectIds: [projectId] }
        await insertConnection(trx, { ...fresh, scope: 'PROJECT' })
        return fresh.id
      })
      events.announce('CONNECTIONS_CHANGED', {})
      return presentOne(actor, id)
    },

    async list(actor, filter, request) {
      authorize(actor, connectionPolicy.read)
      const page = await pageConnections(db, actor, filter, request)
      return { ...page, data: await presentConnections(db, actor, page.data) }
    },

    async update(actor, id, { displayName, metadata }) {
      await requireFor(actor, connectionPolicy.edit, id)
      await updateConnection(db, actor.platformId, id, {
        displayName,
        ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
      })
      return presentOne(actor, id)
    },

    async remove(actor, id) {
      await requireFor(actor, connectionPolicy.delete, id)
      await deleteConnection(db, actor.platformId, id)
      events.announce('CONNECTIONS_CHANGED', {})
    },

    async replace(actor, sourceId, targetId) {
      const source = await requireFor(actor, connectionPolicy.replace, sourceId)
      const target = await requireConnection(actor, targetId)
      if (source.id === target.id) throw new AppError('VALIDATION', { message: 'a connection cannot replace itself' })
      if (source.pieceName !== target.pieceName)
        throw new AppError('VALIDATION', { message: 'both connections must be of the same piece' })
      await flows.replaceConnection(actor, source.externalId, target.externalId)
      await deleteConnection(db, actor.platformId, source.id)
      events.announce('CONNECTIONS_CHANGED', {})
    },

    async open(actor, externalId) {
      authorize(actor, openConnection)
      const row = await selectConnectionByExternalId(db, actor, externalId)
      if (!row) throw notFound('app_connection', externalId)
      const { status, value } = await opener.open(row)
      return { ...presentConnection(row, null, []), status, value: withoutSecrets(value) }
    },
  }
}
