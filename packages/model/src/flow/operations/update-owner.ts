import { z } from 'zod'
import { flowOperation } from './operation.ts'

/** Hands the flow to another user. */
export const UPDATE_OWNER = flowOperation('UPDATE_OWNER', z.object({ ownerId: z.string() }))
