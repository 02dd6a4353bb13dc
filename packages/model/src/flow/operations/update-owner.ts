import { z } from 'zod'
import { flowOperation } from './operation.ts'

/** Gives the flow to another user. */
export const UPDATE_OWNER = flowOperation('UPDATE_OWNER', z.object({ ownerId: z.string() }))
