import type { Step, Trigger } from '@piecework/model/flow/step'
import { chainOf, isAction, nestedHeads } from '@piecework/model/flow/walk'
import type { StepOutput } from '@piecework/model/run/step-output'
import { type Rounds, roundsIn, tookBranch } from '../../app/step-results.ts'
import { frameOf } from '../../builder/steps/kinds/registry.ts'

type Outputs = Readonly<Record<string, StepOutput>>

/** A line of the outline of a run: a step with what it did, or the name of a branch. */
export type OutlineRow =
  | { kind: 'step'; step: Step; depth: number; output: StepOutput | undefined; rounds?: Rounds }
  | { kind: 'branch'; id: string; name: string; depth: number; wasTaken: boolean | undefined }

/**
 * A run from its trigger to its end, as people read it.
 * @param roundOf the round that shows of a loop; by default its first one that failed, else its last
 */
export function outlineOf(
  trigger: Trigger,
  steps: Outputs,
  roundOf: (loop: string) => number | undefined,
): OutlineRow[] {
  const rows: OutlineRow[] = []
  const add = (step: Step, outputs: Outputs, depth: number): void => {
    const output = outputs[step.name]
    const frame = frameOf(step)
    const inside = nestedHeads(step)
    if (frame?.kind === 'loop') {
      const rounds = roundsIn(output, roundOf(step.name))
      rows.push({ kind: 'step', step, depth, output, rounds })
      for (const inner of inside.flatMap(chainOf)) add(inner, rounds.steps, depth + 1)
      return
    }
    rows.push({ kind: 'step', step, depth, output })
    if (!frame) return
    for (const [index, branch] of frame.branches.entries()) {
      const id = `${step.name}/${index}`
      const wasTaken = output ? tookBranch(output.output, index) : undefined
      rows.push({ kind: 'branch', id, name: branch.branchName, depth: depth + 1, wasTaken })
      for (const inner of chainOf(inside[index])) add(inner, outputs, depth + 2)
    }
  }
  add(trigger, steps, 0)
  for (const step of chainOf(trigger.nextAction)) add(step, steps, 0)
  return rows
}

/** The step to look at first: the innermost that failed, else the last that ran. */
export function firstToShow(rows: readonly OutlineRow[]): string | undefined {
  const ran = rows.flatMap((row) => (row.kind === 'step' && row.output ? [row] : []))
  const failed = ran.filter(({ output }) => output?.status === 'FAILED')
  const innermost = failed.toSorted((a, b) => b.depth - a.depth)[0]
  return (innermost ?? ran.filter(({ step }) => isAction(step)).at(-1) ?? ran.at(-1))?.step.name
}

/** Whether a step ran that calls another flow. */
export const hasCalledFlows = (rows: readonly OutlineRow[]): boolean =>
  rows.some(
    (row) =>
      row.kind === 'step' &&
      row.output !== undefined &&
      row.step.type === 'PIECE' &&
      row.step.settings.pieceName === SUBFLOWS,
  )

const SUBFLOWS = '@activepieces/piece-subflows'

/** The results of the steps by name, as a canvas shows them. */
export const outputsOf = (rows: readonly OutlineRow[]): ReadonlyMap<string, StepOutput> =>
  new Map(rows.flatMap((row) => (row.kind === 'step' && row.output ? [[row.step.name, row.output]] : [])))
