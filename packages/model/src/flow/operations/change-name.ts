import { z } from 'zod'
import { versionOperation } from './operation.ts'

/** Renames the flow; its name lives in the version. */
export const CHANGE_NAME = versionOperation(
  'CHANGE_NAME',
  z.object({ displayName: z.string() }),
  (version, { displayName }) => ({ ...version, displayName }),
)
