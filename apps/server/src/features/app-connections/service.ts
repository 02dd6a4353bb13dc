import type { AppConnection } from '@piecework/api/connection-shapes'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { connectionPolicy, openConnection } from '../../policies/connection.ts'
import { authorize, type Rule } from '../../policies/policy.ts'
import type { Flows } from '../flows/service.ts'
import { withoutSecrets } from '../oauth2/value.ts'
import { changeConnection, removeConnection } from './change.ts'
import { connectionForEvent } from './event-data.ts'
import type { ConnectionMaker, ConnectionRequest, ConnectionValidator } from './make.ts'
import { presentConnection, presentConnections } from './present.ts'
import type { ConnectionOpener } from './renewal.ts'
import {
  type ConnectionFilter,
  type ConnectionRow,
  countConnections,
  insertConnection,
  lockExternalId,
  pageConnections,
  selectConnection,
  selectConnectionByExternalId,
  selectOwners,
  selectProjectOfConnection,
} from './store.ts'

export interface UpsertConnection extends ConnectionRequest {
  externalId: string
}

export interface AppConnections {
  /** @throws AppError INVALID_APP_CONNECTION, INVALID_CLAIM, INVALID_CLOUD_CLAIM, ENTITY_NOT_FOUND for the piece. */
  upsert(actor: ProjectActor, request: UpsertConnection): Promise<AppConnection>
  list(actor: ProjectActor, filter: ConnectionFilter, page: PageRequest): Promise<SeekPage<AppConnection>>
  /** How many there are on all pages of a list. */
  total(actor: ProjectActor, filter: ConnectionFilter): Promise<number>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<AppConnection>
  /** Lets the piece look at its value. @returns what is wrong with it. @throws AppError ENTITY_NOT_FOUND */
  test(actor: ProjectActor, id: string): Promise<{ valid: boolean; error?: string }>
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
  validator: ConnectionValidator
  opener: ConnectionOpener
  events: Pick<Events, 'emit'>
  outbox: Outbox
  flows: Pick<Flows, 'replaceConnection'>
}

export function createAppConnections({ db, make, validator, opener, flows, events, outbox }: Parts): AppConnections {
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
      const row = await make(actor, request, 'PROJECT')
      const id = await outbox.transaction(async (trx, recordEvent) => {
        await lockExternalId(trx, projectId, externalId)
        const known = await selectConnectionByExternalId(trx, actor, externalId)
        if (known?.scope === 'PROJECT') return changeConnection({ trx, recordEvent, actor }, known, row)
        const fresh = { ...row, id: newId(), externalId, ownerId, platformId, projectIds: [projectId] }
        const connection = await insertConnection(trx, { ...fresh, scope: 'PROJECT' })
        recordEvent(actor, 'connection.upserted', { connection: connectionForEvent(connection) })
        return connection.id
      })
      await events.emit('CONNECTIONS_CHANGED', {})
      return presentOne(actor, id)
    },

    async list(actor, filter, request) {
      authorize(actor, connectionPolicy.read)
      const page = await pageConnections(db, actor, filter, request)
      return { ...page, data: await presentConnections(db, actor, page.data) }
    },

    async total(actor, filter) {
      authorize(actor, connectionPolicy.read)
      return countConnections(db, actor, filter)
    },

    async get(actor, id) {
      authorize(actor, connectionPolicy.read)
      return presentOne(actor, id)
    },

    async test(actor, id) {
      authorize(actor, connectionPolicy.create)
      const row = await requireConnection(actor, id)
      return look({ opener, validator }, actor, row)
    },

    async update(actor, id, { displayName, metadata }) {
      const known = await requireFor(actor, connectionPolicy.edit, id)
      await outbox.transaction((trx, recordEvent) =>
        changeConnection({ trx, recordEvent, actor }, known, {
          displayName,
          ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
        }),
      )
      return presentOne(actor, id)
    },

    async remove(actor, id) {
      await requireFor(actor, connectionPolicy.delete, id)
      await outbox.transaction((trx, recordEvent) => removeConnection({ trx, recordEvent, actor }, id))
      await events.emit('CONNECTIONS_CHANGED', {})
    },

    async replace(actor, sourceId, targetId) {
      const source = await requireFor(actor, connectionPolicy.replace, sourceId)
      const target = await requireConnection(actor, targetId)
      if (source.id === target.id) throw new AppError('VALIDATION', { message: 'a connection cannot replace itself' })
      if (source.pieceName !== target.pieceName)
        throw new AppError('VALIDATION', { message: 'both connections must be of the same piece' })
      const { changed, disabled, unchanged } = await flows.replaceConnection(
        actor,
        source.externalId,
        target.externalId,
      )
      // Who uses it still goes on with it.
      if (unchanged.length === 0)
        await outbox.transaction((trx, recordEvent) => removeConnection({ trx, recordEvent, actor }, source.id))
      await events.emit('CONNECTIONS_CHANGED', {})
      const failed = [...disabled, ...unchanged]
      if (failed.length === 0) return
      const reasons = failed.map(({ displayName, message }) => `${displayName} (${message})`).join('; ')
      throw new AppError('CONNECTION_REPLACED_IN_PART', {
        ...{ replaced: changed.map(({ flowId }) => flowId), disabled, unchanged },
        message: `The connection was replaced in ${changed.length} flows. ${disabled.length} of them were disabled, because their triggers refuse the new one; ${unchanged.length} flows use the old one as before: ${reasons}`,
      })
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

/** @returns what is wrong with a connection, as its piece says */
async function look(
  { opener, validator }: Pick<Parts, 'opener' | 'validator'>,
  project: ProjectActor,
  row: ConnectionRow,
): Promise<{ valid: boolean; error?: string }> {
  try {
    const { status, value } = await opener.open(row)
    if (status === 'ERROR') return { valid: false, error: 'its token is not valid any more: connect again' }
    const { pieceName, pieceVersion } = row
    return await validator.validate({ project, pieceName, pieceVersion, value: Object(value) })
  } catch (error) {
    if (error instanceof AppError) return { valid: false, error: error.message }
    throw error
  }
}
