import { z } from 'zod'
import { flowOperation } from './operation.ts'

/** Sets how many minutes of work a run saves. */
export const UPDATE_MINUTES_SAVED = flowOperation(
  'UPDATE_MINUTES_SAVED',
  z.object({ timeSavedPerRun: z.number().nullable() }),
)
