import { z } from 'zod'
import { CONNECTION_TYPES, ConnectionValue } from './connection-value.ts'
import { pageQuery, queryList } from './shapes.ts'
import { User } from './users.ts'

/** A connection as clients see it: never its value. */
export const AppConnection = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  externalId: z.string(),
  displayName: z.string(),
  type: z.string(),
  pieceName: z.string(),
  pieceVersion: z.string(),
  projectIds: z.array(z.string()),
  platformId: z.string(),
  scope: z.enum(['PROJECT', 'PLATFORM']),
  status: z.enum(['ACTIVE', 'MISSING', 'ERROR']),
  ownerId: z.string().nullable(),
  owner: User.nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  flowIds: z.array(z.string()),
  preSelectForNewProjects: z.boolean(),
  usingSecretManager: z.boolean(),
})
export type AppConnection = z.infer<typeof AppConnection>

export const ConnectionName = z.string().min(1).max(255)
export const ExternalId = z.string().min(1).max(255)
export const Metadata = z.record(z.string(), z.unknown()).nullish()

/** Fields of all requests that create a connection. */
export const upsertFields = {
  displayName: ConnectionName,
  pieceName: z.string().min(1),
  pieceVersion: z.string().optional(),
  metadata: Metadata,
  type: z.enum(CONNECTION_TYPES),
  value: ConnectionValue,
}

/** Reasons why a connection is not made. */
export const UPSERT_ERRORS = [
  'INVALID_APP_CONNECTION',
  'INVALID_CLAIM',
  'INVALID_CLOUD_CLAIM',
  'SECRET_MANAGER_GET_SECRET_FAILED',
  'ENGINE_OPERATION_FAILURE',
] as const

/** The body with a check across two fields. */
export function withSameType<T extends z.ZodType<{ type: string; value: { type: string } }>>(body: T): T {
  return body.refine((sent) => sent.type === sent.value.type, {
    path: ['value', 'type'],
    message: 'must be the same as type',
  })
}

/** The filters of a list of connections. */
export const listFields = {
  scope: z.enum(['PROJECT', 'PLATFORM']).optional(),
  pieceName: z.string().optional(),
  displayName: z.string().optional(),
  status: queryList(z.enum(['ACTIVE', 'MISSING', 'ERROR'])),
  ...pageQuery(10),
}
