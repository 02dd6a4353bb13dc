import { z } from 'zod'
import { MAX_DISPLAY_NAME } from '../bounds.ts'
import { versionOperation } from './operation.ts'

/** Renames the flow; its name lives in the version. */
export const CHANGE_NAME = versionOperation(
  'CHANGE_NAME',
  z.object({ displayName: z.string().max(MAX_DISPLAY_NAME) }),
  (version, { displayName }) => ({ ...version, displayName }),
)
