import type { AppConnection } from '@piecework/api/connection-shapes'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
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
  type ProjectRef,
  pageConnections,
  selectConnection,
  selectConnectionByExternalId,
  selectOwners,
  selectProjectOfConnection,
  updateConnection,
} from './store.ts'

export interface UpsertConnection extends ConnectionRequest {
  externalId: string
  ownerId: string | null
}

export interface AppConnections {
  /** @throws AppError INVALID_APP_CONNECTION, INVALID_CLAIM, INVALID_CLOUD_CLAIM, ENTITY_NOT_FOUND for the piece. */
  upsert(project: ProjectRef, request: UpsertConnection): Promise<AppConnection>
  list(project: ProjectRef, filter: ConnectionFilter, page: PageRequest): Promise<SeekPage<AppConnection>>
  update(
    project: ProjectRef,
    id: string,
    changes: { displayName: string; metadata?: Record<string, unknown> | null | undefined },
  ): Promise<AppConnection>
  remove(project: ProjectRef, id: string): Promise<void>
  /** Points every flow of the project that uses the source at the target, then deletes the source. */
  replace(project: ProjectRef, sourceId: string, targetId: string): Promise<void>
  /** With its value, for the engine alone. @throws AppError ENTITY_NOT_FOUND, INVALID_APP_CONNECTION */
  open(project: ProjectRef, externalId: string): Promise<AppConnection & { value: unknown }>
  owners(project: ProjectRef): Promise<{ firstName: string; lastName: string; email: string }[]>
  projectOf(id: string): Promise<string | undefined>
}

interface Parts {
  db: Db
  make: ConnectionMaker
  opener: ConnectionOpener
  events: Pick<Events, 'announce'>
  flows: { replaceConnection(projectId: string, from: string, to: string): Promise<void> }
}

export function createAppConnections({ db, make, opener, flows, events }: Parts): AppConnections {
  const requireConnection = async (project: ProjectRef, id: string): Promise<ConnectionRow> => {
    const row = await selectConnection(db, project, id)
    if (!row) throw notFound('app_connection', id)
    return row
  }

  /** Connections of the platform are changed where the platform is administered. */
  const requireOwn = async (project: ProjectRef, id: string): Promise<ConnectionRow> => {
    const row = await requireConnection(project, id)
    if (row.scope === 'PROJECT') return row
    throw new AppError('AUTHORIZATION', {
      message: 'a connection of the platform is changed under its global connections',
    })
  }

  const presentOne = async (project: ProjectRef, id: string): Promise<AppConnection> => {
    const [connection] = await presentConnections(db, project, [await requireConnection(project, id)])
    if (!connection) throw notFound('app_connection', id)
    return connection
  }

  return {
    projectOf: (id) => selectProjectOfConnection(db, id),
    owners: (project) => selectOwners(db, project),

    async upsert(project, { externalId, ownerId, ...request }) {
      const { platformId, projectId } = project
      const row = await make(project, request)
      const id = await db.transaction().execute(async (trx) => {
        await lockExternalId(trx, projectId, externalId)
        const known = await selectConnectionByExternalId(trx, project, externalId)
        if (known?.scope === 'PROJECT') {
          await updateConnection(trx, platformId, known.id, row)
          return known.id
        }
        const fresh = { ...row, id: newId(), externalId, ownerId, platformId, projectIds: [projectId] }
        await insertConnection(trx, { ...fresh, scope: 'PROJECT' })
        return fresh.id
      })
      events.announce('CONNECTIONS_CHANGED', {})
      return presentOne(project, id)
    },

    async list(project, filter, request) {
      const page = await pageConnections(db, project, filter, request)
      return { ...page, data: await presentConnections(db, project, page.data) }
    },

    async update(project, id, { displayName, metadata }) {
      await requireOwn(project, id)
      await updateConnection(db, project.platformId, id, {
        displayName,
        ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
      })
      return presentOne(project, id)
    },

    async remove(project, id) {
      await requireOwn(project, id)
      await deleteConnection(db, project.platformId, id)
      events.announce('CONNECTIONS_CHANGED', {})
    },

    async replace(project, sourceId, targetId) {
      const source = await requireOwn(project, sourceId)
      const target = await requireConnection(project, targetId)
      if (source.id === target.id) throw new AppError('VALIDATION', { message: 'a connection cannot replace itself' })
      if (source.pieceName !== target.pieceName)
        throw new AppError('VALIDATION', { message: 'both connections must be of the same piece' })
      await flows.replaceConnection(project.projectId, source.externalId, target.externalId)
      await deleteConnection(db, project.platformId, source.id)
      events.announce('CONNECTIONS_CHANGED', {})
    },

    async open(project, externalId) {
      const row = await selectConnectionByExternalId(db, project, externalId)
      if (!row) throw notFound('app_connection', externalId)
      const { status, value } = await opener.open(row)
      return { ...presentConnection(row, null, []), status, value: withoutSecrets(value) }
    },
  }
}
