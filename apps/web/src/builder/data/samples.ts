import { sampleDataOf } from '@piecework/model/flow/sample-data'
import type { Step } from '@piecework/model/flow/step'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { sampleDataQuery } from '../../api/sample-data.ts'
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
    for (const step of steps.toReversed()) if (!known.has(step.name)) known.set(step.name, firstRound(step, known))
    return steps.map((step) => ({
      step,
      sample: known.get(step.name) ?? { isKnown: false },
      isLoading: fileOf(step) !== undefined && !known.get(step.name)?.isKnown,
    }))
  }, [steps, tested, answers])
}

/** A loop that has not been tested shows the first of its items. */
function firstRound(step: Step, known: ReadonlyMap<string, Sample>): Sample {
  if (step.type !== 'LOOP_ON_ITEMS') return { isKnown: false }
  const items = evaluateText(step.settings.items, (name) => known.get(name))
  if (items.kind !== 'value' || !Array.isArray(items.value) || items.value.length === 0) return { isKnown: false }
  return { isKnown: true, value: { item: items.value[0], index: 1 } }
}
