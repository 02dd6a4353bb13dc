import { z } from 'zod'
import { User } from '../users/present.ts'
import type { ConnectionRow } from './store.ts'

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

export function presentConnection(
  { value: _, ...row }: ConnectionRow,
  owner: User | null,
  flowIds: string[],
): AppConnection {
  return { ...row, owner, flowIds, usingSecretManager: false }
}
