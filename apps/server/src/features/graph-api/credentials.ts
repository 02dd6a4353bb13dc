import type { AppConnection } from '@piecework/api/connection-shapes'
import type { ConnectionValue } from '@piecework/api/connection-value'
import type { Credential, Integration, NewCredential } from '@piecework/api/graph/credentials'
import type { PageFields } from '@piecework/api/graph/shapes'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { ProjectActor } from '../../access/actor.ts'
import type { AppConnections } from '../app-connections/service.ts'
import { type Listed, metaOf } from './door-routes.ts'

/** A credential that is for no piece in particular belongs to one that has no check of its own. */
const ANY_PIECE = '@activepieces/piece-http'

const STATUS = { ACTIVE: 'active', MISSING: 'missing', ERROR: 'error' } as const

const TYPES: Readonly<Record<string, Credential['type']>> = {
  SECRET_TEXT: 'api_key',
  BASIC_AUTH: 'basic',
  CUSTOM_AUTH: 'custom',
  NO_AUTH: 'none',
}

/** Connections as credentials and integrations. Everything that they do, the service of connections does. */
export function createCredentials(connections: AppConnections) {
  const page = async (actor: ProjectActor, filter: Parameters<AppConnections['list']>[1], fields: PageFields) => {
    const offset = (fields.page - 1) * fields.limit
    const [{ data, next }, total] = await Promise.all([
      connections.list(actor, filter, { ...fields, offset }),
      connections.total(actor, filter),
    ])
    return { data, meta: metaOf(fields, total, next) }
  }

  return {
    async list(actor: ProjectActor, fields: PageFields): Promise<Listed<Credential>> {
      const { data, meta } = await page(actor, {}, fields)
      return { items: data.map(presentCredential), meta }
    },

    get: async (actor: ProjectActor, id: string): Promise<Credential> =>
      presentCredential(await connections.get(actor, id)),

    /** @throws AppError INVALID_APP_CONNECTION when the piece does not accept the value */
    async create(actor: ProjectActor, credential: NewCredential): Promise<Credential> {
      const { name, piece = ANY_PIECE, external_id = newId() } = credential
      const pieceName = fullName(piece)
      const request = { displayName: name, pieceName, externalId: external_id, value: storedValue(credential) }
      return presentCredential(await connections.upsert(actor, request).catch(namePiece))
    },

    async remove(actor: ProjectActor, id: string): Promise<{ id: string; deleted: true }> {
      await connections.remove(actor, id)
      return { id, deleted: true }
    },

    async integrations(
      actor: ProjectActor,
      piece: string | undefined,
      fields: PageFields,
    ): Promise<Listed<Integration>> {
      const { data, meta } = await page(actor, { pieceName: piece && fullName(piece) }, fields)
      return { items: data.map(presentIntegration), meta }
    },

    async test(actor: ProjectActor, id: string): Promise<{ id: string; ok: boolean; reason: string | null }> {
      const { valid, error = null } = await connections.test(actor, id)
      return { id, ok: valid, reason: valid ? null : (error ?? 'The piece does not accept the credentials.') }
    },
  }
}

/** `http` is short for the piece of that name. */
const fullName = (piece: string): string => (piece.includes('/') ? piece : `@activepieces/piece-${piece}`)

/** A piece that is not there is a wrong field, and not a thing that the address of the request names. */
function namePiece(error: unknown): never {
  if (error instanceof AppError && error.code === 'ENTITY_NOT_FOUND' && error.params.entityType === 'piece')
    throw new AppError('INVALID_REQUEST', { message: `body/piece: ${error.params.entityId} is not installed` })
  throw error
}

function storedValue(credential: NewCredential): ConnectionValue {
  switch (credential.type) {
    case 'api_key':
      return { type: 'SECRET_TEXT', secret_text: credential.value }
    case 'basic':
      return { type: 'BASIC_AUTH', ...credential.value }
    case 'custom':
      return { type: 'CUSTOM_AUTH', props: credential.value }
  }
}

function presentCredential(connection: AppConnection): Credential {
  const { id, displayName, type, pieceName, externalId, status, created, updated } = connection
  return {
    ...{ id, name: displayName, type: TYPES[type] ?? 'oauth2', piece: pieceName, external_id: externalId },
    ...{ status: STATUS[status], created_at: created, updated_at: updated },
  }
}

function presentIntegration(connection: AppConnection): Integration {
  const { id, displayName, pieceName, pieceVersion, status, flowIds, created } = connection
  return {
    ...{ id, name: displayName, piece: pieceName, piece_version: pieceVersion, status: STATUS[status] },
    ...{ workflow_ids: flowIds, connected_at: created },
  }
}
