import { z } from 'zod'
import { FlowStatus } from '../flow.ts'
import { flowOperation } from './operation.ts'

/** Locks the newest version (see LOCK_FLOW), makes it the published one and sets the status. */
export const LOCK_AND_PUBLISH = flowOperation('LOCK_AND_PUBLISH', z.object({ status: FlowStatus.default('ENABLED') }))
