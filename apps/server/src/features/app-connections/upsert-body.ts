import { z } from 'zod'
import { CONNECTION_TYPES, ConnectionValue } from './value.ts'

export const ConnectionName = z.string().min(1).max(255)
export const ExternalId = z.string().min(1).max(255)
export const Metadata = z.record(z.string(), z.unknown()).nullish()

/** What requests that make a connection have in common. */
export const upsertFields = {
  displayName: ConnectionName,
  pieceName: z.string().min(1),
  pieceVersion: z.string().optional(),
  metadata: Metadata,
  type: z.enum(CONNECTION_TYPES),
  value: ConnectionValue,
}

/** The body with its one rule over two fields. */
export function withSameType<T extends z.ZodType<{ type: string; value: { type: string } }>>(body: T): T {
  return body.refine((sent) => sent.type === sent.value.type, {
    path: ['value', 'type'],
    message: 'must be the same as type',
  })
}
