import { z } from 'zod'
import { FlowStatus } from '../flow.ts'
import { flowOperation } from './operation.ts'

/**
 * Locks the newest version (see LOCK_FLOW), makes it the published one and sets the status. Without a status the flow is
 * enabled, unless the server has another rule.
 */
export const LOCK_AND_PUBLISH = flowOperation('LOCK_AND_PUBLISH', z.object({ status: FlowStatus.optional() }))
