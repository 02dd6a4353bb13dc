import type { ConnectionValue } from '@piecework/api/connection-value'
import { AppError, notFound } from '@piecework/model/errors'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { Insertable } from 'kysely'
import type { Place, ProjectActor } from '../../access/actor.ts'
import type { AppConnectionTable } from '../../database/schema.ts'
import type { Encryption } from '../../encryption.ts'
import type { PieceFinder } from '../flows/judge.ts'
import type { OAuth2Client } from '../oauth2/client.ts'

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
  'displayName' | 'pieceName' | 'pieceVersion' | 'type' | 'status' | 'value' | 'metadata' | 'renewal' | 'renewalUntil'
>

/**
 * Turns a request into what is stored: the token claimed, looked at by the piece, encrypted.
 * @throws AppError INVALID_APP_CONNECTION, INVALID_CLAIM, INVALID_CLOUD_CLAIM, ENTITY_NOT_FOUND for the piece.
 */
export type ConnectionMaker = (actor: ProjectActor, request: ConnectionRequest) => Promise<MadeRow>

interface Parts {
  encryption: Encryption
  pieces: PieceFinder
  validator: ConnectionValidator
  oauth2: OAuth2Client
}

export function createConnectionMaker({ encryption, pieces, validator, oauth2 }: Parts): ConnectionMaker {
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

  return async (actor, request) => {
    const { displayName, pieceName, metadata } = request
    const piece = await pieces.find(pieceName, request.pieceVersion, actor.platformId)
    if (!piece) throw notFound('piece', pieceName)
    const pieceVersion = request.pieceVersion ?? piece.metadata.version
    const value = await claimed(actor, piece.metadata, request)
    const verdict = await validator.validate({ project: actor, pieceName, pieceVersion, value })
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
      value: JSON.stringify(encryption.encrypt(value)),
      metadata: metadata ? JSON.stringify(metadata) : null,
      // A renewal that is under way is of the token before.
      renewal: null,
      renewalUntil: null,
    }
  }
}
