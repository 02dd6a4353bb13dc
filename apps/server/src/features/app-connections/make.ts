import type { ConnectionValue } from '@piecework/api/connection-value'
import { AppError, notFound } from '@piecework/model/errors'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { Insertable } from 'kysely'
import { z } from 'zod'
import type { Place, ProjectActor } from '../../access/actor.ts'
import type { AppConnectionTable } from '../../database/schema.ts'
import type { Encryption } from '../../encryption.ts'
import type { PieceFinder } from '../flows/validate.ts'
import type { OAuth2Client } from '../oauth2/client.ts'
import { endOfToken } from '../oauth2/value.ts'
import { referencesIn } from '../secret-managers/reference.ts'
import type { Secrets } from '../secret-managers/secrets.ts'

/** A connection as somebody asks for it. */
export interface ConnectionRequest {
  displayName: string
  pieceName: string
  pieceVersion?: string | undefined
  metadata?: Record<string, unknown> | null | undefined
  value: ConnectionValue
}

/** Asks the piece whether it accepts a value. */
export interface ConnectionValidator {
  validate(request: {
    project: Place
    pieceName: string
    pieceVersion: string
    value: Record<string, unknown>
  }): Promise<{ valid: boolean; error?: string }>
}

type MadeRow = Pick<
  Insertable<AppConnectionTable>,
  | 'displayName'
  | 'pieceName'
  | 'pieceVersion'
  | 'type'
  | 'status'
  | 'value'
  | 'usingSecretManager'
  | 'metadata'
  | 'renewal'
  | 'renewalUntil'
  | 'trouble'
  | 'tokenEnds'
>

/**
 * Turns a request into what is stored: the token claimed, looked at by the piece, encrypted.
 * @param scope whether it belongs to the project of the actor, or to the platform
 * @throws AppError INVALID_APP_CONNECTION, INVALID_CLAIM, INVALID_CLOUD_CLAIM, SECRET_MANAGER_GET_SECRET_FAILED,
 *   ENTITY_NOT_FOUND for the piece.
 */
export type ConnectionMaker = (
  actor: ProjectActor,
  request: ConnectionRequest,
  scope: 'PROJECT' | 'PLATFORM',
) => Promise<MadeRow>

interface Parts {
  encryption: Encryption
  pieces: PieceFinder
  validator: ConnectionValidator
  oauth2: OAuth2Client
  secrets: Pick<Secrets, 'resolve'>
}

const Fields = z.record(z.string(), z.unknown())

export function createConnectionMaker({ encryption, pieces, validator, oauth2, secrets }: Parts): ConnectionMaker {
  const claimed = async (
    { platformId, isAdmin }: ProjectActor,
    piece: PieceMetadata,
    { value }: ConnectionRequest,
  ): Promise<Record<string, unknown>> => {
    if (value.type === 'CLOUD_OAUTH2') {
      const message =
        'this server has no OAuth2 apps managed elsewhere: use an app of your own, or that of the platform'
      throw new AppError('INVALID_CLOUD_CLAIM', { pieceName: piece.name, message })
    }
    if (value.type !== 'OAUTH2' && value.type !== 'PLATFORM_OAUTH2') return value
    return oauth2.claim({ platformId, piece, value, isAdmin })
  }

  return async (actor, request, scope) => {
    const { displayName, pieceName, metadata } = request
    const piece = await pieces.find(pieceName, request.pieceVersion, actor.platformId)
    if (!piece) throw notFound('piece', pieceName)
    const pieceVersion = request.pieceVersion ?? piece.metadata.version
    const usingSecretManager = referencesIn(request.value).length > 0
    if (usingSecretManager && request.value.type.endsWith('OAUTH2'))
      throw new AppError('INVALID_APP_CONNECTION', {
        message:
          'connections by OAuth2 cannot refer to a secret manager: type the client secret in, or use an app of the platform',
      })
    const value = await claimed(actor, piece.metadata, request)
    // The stored value only refers to secrets; the piece checks the secrets themselves.
    const asker = { platformId: actor.platformId, projectId: scope === 'PLATFORM' ? null : actor.projectId }
    const opened = usingSecretManager ? Fields.parse(await secrets.resolve(asker, value)) : value
    const verdict = await validator.validate({ project: actor, pieceName, pieceVersion, value: opened })
    if (!verdict.valid) {
      const error = verdict.error ?? 'the piece does not accept the credentials'
      throw new AppError('INVALID_APP_CONNECTION', { error, message: error })
    }
    return {
      displayName,
      pieceName,
      pieceVersion,
      type: request.value.type,
      status: 'ACTIVE',
      usingSecretManager,
      value: JSON.stringify(encryption.encrypt(value)),
      metadata: metadata ? JSON.stringify(metadata) : null,
      // A renewal that is under way is of the token before.
      renewal: null,
      renewalUntil: null,
      trouble: null,
      tokenEnds: endOfToken(value),
    }
  }
}
