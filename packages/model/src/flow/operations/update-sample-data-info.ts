import { z } from 'zod'
import { invalid } from '../invalid.ts'
import { sampleDataOf, setSampleData } from '../sample-data.ts'
import { copyTree, findStep } from '../walk.ts'
import { versionOperation } from './operation.ts'

/** Points a step at the files that hold its sample data, or (null) at none. Pointers that are not named stay. */
export const UPDATE_SAMPLE_DATA_INFO = versionOperation(
  'UPDATE_SAMPLE_DATA_INFO',
  z.object({
    stepName: z.string(),
    sampleDataSettings: z
      .object({ sampleDataFileId: z.string().optional(), sampleDataInputFileId: z.string().optional() })
      .nullable(),
  }),
  (version, { stepName, sampleDataSettings }, context) => {
    const trigger = copyTree(version.trigger)
    const step = findStep(trigger, stepName)
    const place = { stepName, field: 'stepName', value: stepName }
    if (!step) throw invalid(`step ${stepName} does not exist`, place)
    if (step.type === 'EMPTY') throw invalid('a trigger that is not chosen yet has no sample data', place)
    const sampleData = sampleDataSettings && { ...sampleDataOf(step), ...sampleDataSettings, lastTestDate: context.now }
    setSampleData(step, sampleData ?? undefined)
    return { ...version, trigger }
  },
)
