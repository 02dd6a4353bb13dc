import type { Trigger } from '@piecework/model/flow/step'
import type { StepOutput, Steps } from '@piecework/model/run/step-output'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { type Run, runQuery, runsQuery } from '../../api/runs.ts'
import type { Comparison } from '../../app/run-comparison-line.tsx'
import { type OutlineRow, outlineOf, outputsOf } from './run-outline.ts'

/** The newest other runs that somebody can choose from. */
const MOST_RUNS = 25

/** @param rows the steps of the run that shows, with the rounds of its loops */
export function useComparison(run: Run, trigger: Trigger | undefined, rows: readonly OutlineRow[]): Comparison {
  const [isOn, setOn] = useState(false)
  const [choice, choose] = useState<string>()
  const { projectId, flowId } = run
  const page = { projectId, flowId: [flowId], includeArchived: true }
  const newest = useQuery({ ...runsQuery({ ...page, limit: MOST_RUNS + 1 }, false), enabled: isOn })
  // One of the two may be the run that shows.
  const good = useQuery({ ...runsQuery({ ...page, status: ['SUCCEEDED'], limit: 2 }, false), enabled: isOn })
  const isThere = newest.data !== undefined && good.data !== undefined
  const runs = isThere ? othersOf(run.id, [...newest.data.data, ...good.data.data]) : undefined
  const chosen = choice ?? runs?.find(({ status }) => status === 'SUCCEEDED')?.id ?? runs?.[0]?.id
  const other = useQuery({ ...runQuery(chosen ?? '', false), enabled: isOn && chosen !== undefined })
  const steps = other.data?.steps
  const outputs = useMemo(
    () => (trigger ? outputsBeside(trigger, rows, steps ?? {}) : undefined),
    [trigger, rows, steps],
  )
  return {
    ...{ isOn, runs, chosen, choose, isLoaded: other.data !== undefined },
    outputOf: (step) => outputs?.get(step),
    start: () => setOn(true),
    stop: () => setOn(false),
  }
}

function othersOf(runId: string, runs: readonly Run[]): Run[] {
  const others = new Map(runs.filter(({ id }) => id !== runId).map((run) => [run.id, run]))
  return [...others.values()].toSorted((a, b) => (a.created < b.created ? 1 : -1))
}

/** The results of the other run by step, in the same rounds of the loops; without those of rounds that it did not have. */
export function outputsBeside(
  trigger: Trigger,
  rows: readonly OutlineRow[],
  steps: Steps,
): ReadonlyMap<string, StepOutput> {
  const shown = new Map(
    rows.flatMap((row) => (row.kind === 'step' ? [[row.step.name, row.rounds?.shown] as const] : [])),
  )
  let missing = Number.POSITIVE_INFINITY
  const theirs = outlineOf(trigger, steps, (loop) => shown.get(loop)).filter((row) => {
    if (row.depth > missing) return false
    const isMissing = row.kind === 'step' && row.rounds !== undefined && row.rounds.shown !== shown.get(row.step.name)
    missing = isMissing ? row.depth : Number.POSITIVE_INFINITY
    return true
  })
  return outputsOf(theirs)
}
