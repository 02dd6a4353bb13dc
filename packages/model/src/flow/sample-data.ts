import type { SampleData, Step, Trigger } from './step.ts'
import { walk } from './walk.ts'

/** The sample data pointers of a step, if it has any. */
export function sampleDataOf(step: Step): SampleData | undefined {
  return step.type === 'EMPTY' ? undefined : step.settings.sampleData
}

/** Replaces the sample data pointers of a step (a copy: see copyTree), or removes them. */
export function setSampleData(step: Step, sampleData: SampleData | undefined): void {
  switch (step.type) {
    case 'EMPTY':
      return
    case 'CODE':
      step.settings = withSample(step.settings, sampleData)
      return
    case 'PIECE':
      step.settings = withSample(step.settings, sampleData)
      return
    case 'LOOP_ON_ITEMS':
      step.settings = withSample(step.settings, sampleData)
      return
    case 'ROUTER':
      step.settings = withSample(step.settings, sampleData)
      return
    case 'PIECE_TRIGGER':
      step.settings = withSample(step.settings, sampleData)
  }
}

function withSample<S extends { sampleData?: SampleData | undefined }>(
  settings: S,
  sampleData: SampleData | undefined,
): S {
  const copy = { ...settings, sampleData }
  if (sampleData === undefined) delete copy.sampleData
  return copy
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
