import { z } from 'zod'
import { flowOperation } from './operation.ts'

/** Files the flow under a folder, or (null) under none. */
export const CHANGE_FOLDER = flowOperation('CHANGE_FOLDER', z.object({ folderId: z.string().nullable() }))
