import type { FieldProblem } from '@piecework/model/flow/piece-step'
import type { Step } from '@piecework/model/flow/step'
import { createContext, useContext } from 'react'
import type { Sample } from '../data/evaluate.ts'
import type { FlowPlace, Source } from '../data/samples.ts'

/** The step that the fields belong to, and what they need of the flow around it. */
export interface StepContextValue {
  place: FlowPlace
  step: Step
  /** Steps whose data can be used, nearest first. */
  sources: readonly Source[]
  /** Every step of the flow by its name, as expressions may name any. */
  steps: ReadonlyMap<string, Step>
  samples(step: string): Sample | undefined
  problems: readonly FieldProblem[]
  /** The reason why the server refused the last edit of the step, at the field that it names. */
  refused: { path: string; reason: string } | undefined
  isReadOnly: boolean
  /** `MANUAL` or `DYNAMIC` of a property, as the flow keeps it. */
  modeOf(path: string): 'MANUAL' | 'DYNAMIC' | undefined
  setMode(path: string, mode: 'MANUAL' | 'DYNAMIC', value: unknown): void
  /** Keeps the properties that a dynamic one gave, for those who read the flow. */
  keepSchema(path: string, schema: unknown): void
}

export const StepContext = createContext<StepContextValue | undefined>(undefined)

export function useStep(): StepContextValue {
  const value = useContext(StepContext)
  if (!value) throw new Error('A field stands outside of the settings of a step')
  return value
}
