import { z } from 'zod'
import { flowOperation } from './operation.ts'

/** Writes sample data of a step to a file, which UPDATE_SAMPLE_DATA_INFO then points the step at. */
export const SAVE_SAMPLE_DATA = flowOperation(
  'SAVE_SAMPLE_DATA',
  z.object({ stepName: z.string(), payload: z.unknown(), type: z.enum(['INPUT', 'OUTPUT']) }),
)
