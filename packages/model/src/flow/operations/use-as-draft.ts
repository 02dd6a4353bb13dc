import { z } from 'zod'
import { flowOperation } from './operation.ts'

/** Makes the content of an earlier version the draft; the caller loads it and uses importContent. */
export const USE_AS_DRAFT = flowOperation('USE_AS_DRAFT', z.object({ versionId: z.string() }))
