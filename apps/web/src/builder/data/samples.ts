import { sampleDataOf } from '@piecework/model/flow/sample-data'
import type { Step } from '@piecework/model/flow/step'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { sampleDataQuery } from '../../api/sample-data.ts'
import { shownKindOf } from '../steps/kinds/registry.ts'
import { evaluateText, type Sample } from './evaluate.ts'

/** A step that others can use, with what is known of its output. */
export interface Source {
  step: Step
  sample: Sample
  isLoading: boolean
}

export interface FlowPlace {
  projectId: string
  flowId: string
  flowVersionId: string
}

const fileOf = (step: Step): string | undefined => sampleDataOf(step)?.sampleDataFileId

/**
 * The last data of these steps, nearest first as they came.
 * @param wanted the names of the steps to load; the others count as loading
 */
export function useSources(steps: readonly Step[], place: FlowPlace, wanted: ReadonlySet<string>): Source[] {
  const tested = useMemo(
    () => steps.filter((step) => fileOf(step) !== undefined && wanted.has(step.name)),
    [steps, wanted],
  )
  const answers = useQueries({
    queries: tested.map((step) =>
      sampleDataQuery({ ...place, stepName: step.name, type: 'OUTPUT', fileId: fileOf(step) ?? '' }),
    ),
    combine: (results) => results.map(({ data, isPending }) => ({ data, isPending })),
  })
  return useMemo(() => {
    const known = new Map<string, Sample>()
    for (const [index, step] of tested.entries()) {
      const answer = answers[index]
      if (answer && !answer.isPending) known.set(step.name, { isKnown: true, value: answer.data })
    }
    // From the first step on: the items of a loop come from steps before it.
    for (const step of steps.toReversed()) if (!known.has(step.name)) known.set(step.name, firstOutput(step, known))
    return steps.map((step) => ({
      step,
      sample: known.get(step.name) ?? { isKnown: false },
      isLoading: fileOf(step) !== undefined && !known.get(step.name)?.isKnown,
    }))
  }, [steps, tested, answers])
}

/** The output of a step that was not tested, where it follows from those before it. */
function firstOutput(step: Step, known: ReadonlyMap<string, Sample>): Sample {
  const value = shownKindOf(step).firstOutput?.(step, (text) => {
    const result = evaluateText(text, (name) => known.get(name))
    return result.kind === 'value' ? result.value : undefined
  })
  return value === undefined ? { isKnown: false } : { isKnown: true, value }
}
