import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Actor } from '../../access/actor.ts'

/** Somebody else's changes that are younger than this keep others out. */
const EDITING_MS = 60_000

/** @throws AppError FLOW_IN_USE while somebody else works on the version; programs are not kept out. */
export function requireFree(version: FlowVersion, { userId }: Pick<Actor, 'userId'>): void {
  const { updatedBy } = version
  if (!updatedBy || userId === null || updatedBy === userId) return
  if (Date.now() - Date.parse(version.updated) > EDITING_MS) return
  throw new AppError('FLOW_IN_USE', {
    flowVersionId: version.id,
    message: 'Flow is being used by another user in the last minute. Please try again later.',
  })
}
