import { kindOf } from './kinds/registry.ts'
import type { SampleData, Step, Trigger } from './step.ts'
import { walk } from './walk.ts'

/** The sample data pointers of a step, if it has any. */
export function sampleDataOf(step: Step): SampleData | undefined {
  return step.type === 'EMPTY' ? undefined : step.settings.sampleData
}

/** Replaces the sample data pointers of a step (a copy: see copyTree), or removes them. */
export function setSampleData(step: Step, sampleData: SampleData | undefined): void {
  kindOf(step).setSample(step, sampleData)
}

/**
 * The ids of every sample data file that a tree points at. Files that an operation leaves without a pointer
 * (in the ids before, not in those after) may be deleted, unless another version still uses them.
 */
export function sampleDataFileIds(trigger: Trigger): Set<string> {
  const ids = new Set<string>()
  for (const step of walk(trigger)) {
    const sample = sampleDataOf(step)
    if (sample?.sampleDataFileId) ids.add(sample.sampleDataFileId)
    if (sample?.sampleDataInputFileId) ids.add(sample.sampleDataInputFileId)
  }
  return ids
}
