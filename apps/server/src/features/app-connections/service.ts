import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { PageRequest } from '../../http/pagination.ts'
import type { PieceFinder } from '../flows/judge.ts'
import { presentUser } from '../users/present.ts'
import { selectUsers } from '../users/store.ts'
import { type AppConnection, presentConnection } from './present.ts'
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
  selectFlowsUsing,
  selectOwners,
  selectProjectOfConnection,
  updateConnection,
} from './store.ts'
import { type ConnectionValue, withoutRefreshToken } from './value.ts'

export interface UpsertConnection {
  externalId: string
  displayName: string
  pieceName: string
  pieceVersion?: string | undefined
  metadata?: Record<string, unknown> | null | undefined
  value: ConnectionValue
  ownerId: string | null
}

/** Asks the piece whether it accepts a value. */
export interface ConnectionValidator {
  validate(request: {
    project: ProjectRef
    pieceName: string
    pieceVersion: string
    value: ConnectionValue
  }): Promise<{ valid: boolean; error?: string }>
}

export interface AppConnections {
  /** @throws AppError INVALID_APP_CONNECTION, INVALID_CLAIM, ENTITY_NOT_FOUND for the piece. */
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
  /** With its value, for the engine alone. @throws AppError ENTITY_NOT_FOUND */
  open(project: ProjectRef, externalId: string): Promise<AppConnection & { value: unknown }>
  owners(project: ProjectRef): Promise<{ firstName: string; lastName: string; email: string }[]>
  projectOf(id: string): Promise<string | undefined>
}

interface Parts {
  db: Db
  encryption: Encryption
  pieces: PieceFinder
  validator: ConnectionValidator
  flows: { replaceConnection(projectId: string, from: string, to: string): Promise<void> }
}

export function createAppConnections({ db, encryption, pieces, validator, flows }: Parts): AppConnections {
  const requireConnection = async (project: ProjectRef, id: string): Promise<ConnectionRow> => {
    const row = await selectConnection(db, project, id)
    if (!row) throw notFound('app_connection', id)
    return row
  }

  const present = async (project: ProjectRef, rows: readonly ConnectionRow[]): Promise<AppConnection[]> => {
    const [using, people] = await Promise.all([
      selectFlowsUsing(
        db,
        project.projectId,
        rows.map((row) => row.externalId),
      ),
      selectUsers(db, project.platformId, [...new Set(rows.flatMap((row) => row.ownerId ?? []))]),
    ])
    const owners = new Map(people.map((person) => [person.id, presentUser(person)]))
    return rows.map((row) =>
      presentConnection(row, owners.get(row.ownerId ?? '') ?? null, using.get(row.externalId) ?? []),
    )
  }

  const presentOne = async (project: ProjectRef, id: string): Promise<AppConnection> => {
    const [connection] = await present(project, [await requireConnection(project, id)])
    if (!connection) throw notFound('app_connection', id)
    return connection
  }

  return {
    projectOf: (id) => selectProjectOfConnection(db, id),
    owners: (project) => selectOwners(db, project),

    async upsert(project, request) {
      const { value, pieceName, externalId, displayName, ownerId } = request
      requireSupported(value)
      const pieceVersion = request.pieceVersion ?? (await versionOf(pieces, pieceName, project.platformId))
      const verdict = await validator.validate({ project, pieceName, pieceVersion, value })
      if (!verdict.valid)
        throw new AppError('INVALID_APP_CONNECTION', {
          error: verdict.error ?? 'the piece does not accept the credentials',
          message: verdict.error,
        })
      const row = {
        displayName,
        pieceName,
        pieceVersion,
        type: value.type,
        status: 'ACTIVE' as const,
        value: JSON.stringify(encryption.encrypt(value)),
        metadata: request.metadata ? JSON.stringify(request.metadata) : null,
      }
      const id = await db.transaction().execute(async (trx) => {
        await lockExternalId(trx, project, externalId)
        const known = await selectConnectionByExternalId(trx, project, externalId)
        if (known?.scope === 'PROJECT') {
          await updateConnection(trx, project.platformId, known.id, row)
          return known.id
        }
        const fresh = newId()
        await insertConnection(trx, {
          ...row,
          id: fresh,
          externalId,
          ownerId,
          platformId: project.platformId,
          projectIds: [project.projectId],
          scope: 'PROJECT',
        })
        return fresh
      })
      return presentOne(project, id)
    },

    async list(project, filter, request) {
      const page = await pageConnections(db, project, filter, request)
      return { ...page, data: await present(project, page.data) }
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
    },

    async replace(project, sourceId, targetId) {
      const source = await requireOwn(project, sourceId)
      const target = await requireConnection(project, targetId)
      if (source.id === target.id) throw new AppError('VALIDATION', { message: 'a connection cannot replace itself' })
      if (source.pieceName !== target.pieceName)
        throw new AppError('VALIDATION', { message: 'both connections must be of the same piece' })
      await flows.replaceConnection(project.projectId, source.externalId, target.externalId)
      await deleteConnection(db, project.platformId, source.id)
    },

    async open(project, externalId) {
      const row = await selectConnectionByExternalId(db, project, externalId)
      if (!row) throw notFound('app_connection', externalId)
      return { ...presentConnection(row, null, []), value: withoutRefreshToken(encryption.decrypt(row.value)) }
    },
  }

  /** Connections of the platform are changed where the platform is administered. */
  async function requireOwn(project: ProjectRef, id: string): Promise<ConnectionRow> {
    const row = await requireConnection(project, id)
    if (row.scope === 'PROJECT') return row
    throw new AppError('AUTHORIZATION', {
      message: 'a connection of the platform is changed under its global connections',
    })
  }
}

async function versionOf(pieces: PieceFinder, pieceName: string, platformId: string): Promise<string> {
  const piece = await pieces.find(pieceName, undefined, platformId)
  if (!piece) throw notFound('piece', pieceName)
  return piece.metadata.version
}

function requireSupported(value: ConnectionValue): void {
  if (value.type !== 'OAUTH2' && value.type !== 'PLATFORM_OAUTH2' && value.type !== 'CLOUD_OAUTH2') return
  throw new AppError('INVALID_CLAIM', {
    clientId: value.client_id,
    message: `this server cannot claim tokens for ${value.type} connections yet`,
  })
}
