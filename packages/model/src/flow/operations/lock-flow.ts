import { z } from 'zod'
import { versionOperation } from './operation.ts'

/** Ends the editing of a version. */
export const LOCK_FLOW = versionOperation('LOCK_FLOW', z.object({}), (version) => ({
  ...version,
  state: 'LOCKED' as const,
}))
