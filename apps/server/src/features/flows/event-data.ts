import type { FlowVersion } from '@piecework/model/flow/flow'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { DurableEvents } from '../../events/table.ts'

/** In characters of JSON: an import may be larger than what should be kept of it, and be read again in the flow. */
const MAX_REQUEST = 32 * 1024

type Updated = DurableEvents['flow.updated']

/** An operation as events have it. */
export function requestForEvent({ type, request }: FlowOperation): Updated['request'] {
  return JSON.stringify(request).length > MAX_REQUEST ? { type } : { type, request }
}

/** A version as events have it. */
export const versionForEvent = ({
  id,
  created,
  updated,
  displayName,
  flowId,
}: Pick<FlowVersion, 'id' | 'created' | 'updated' | 'displayName' | 'flowId'>): Updated['flowVersion'] => ({
  id,
  created,
  updated,
  displayName,
  flowId,
})
