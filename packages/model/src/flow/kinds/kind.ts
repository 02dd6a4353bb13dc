import type { StepOutput, StepPath, Steps } from '../../run/step-output.ts'
import type { FieldProblem, PieceLookup, Verdict } from '../piece-step.ts'
import type { Action, SampleData } from '../step.ts'
import type { StepLocation } from '../step-request.ts'

/** A step as far as every kind has it. */
export interface AnyStep {
  type: string
  name: string
  settings: object
}

/** A step of a version, or as a request brings it. */
export type Described = Pick<AnyStep, 'type' | 'settings'>

/** Where an action goes. */
export interface Place {
  parentStep: string
  location: StepLocation | undefined
  branchIndex: number | undefined
}

/** A place inside of a step, and what hangs there. Setting it changes the step: to be done on a copy of the tree. */
export interface Slot {
  location: Exclude<StepLocation, 'AFTER'>
  branchIndex: number | undefined
  action: Action | null
  set(action: Action | undefined): void
}

/** Where a run may be that is inside of a step: a chain, and what is known of its steps. */
export interface Way {
  first: Action | undefined
  steps: Steps
  path: StepPath
}

/** What a new action has before its settings. */
export interface ActionBase {
  name: string
  displayName: string
  valid: boolean
  lastUpdatedDate: string
  skip?: boolean
}

/** What a kind says of its steps; whatever it leaves out is not there. */
interface Parts<S extends AnyStep> {
  /** The heads of the chains inside of a step, in the order in which people read them; null for an empty place. */
  heads?(step: S): readonly (Action | null)[]
  /** Gives a copy of a step links of its own, so that setting one leaves the original as it is. */
  detach?(step: S): void
  /** The places of these chains. */
  slots?(step: S): Slot[]
  /**
   * The place that a location names.
   * @returns undefined for the one behind the step. @throws AppError FLOW_OPERATION_INVALID
   */
  slotAt?(step: S, place: Place): Slot | undefined
  /** Every text among the settings that may hold expressions. */
  texts?(settings: S['settings']): Iterable<string>
  /** The settings with these texts changed. */
  changed?(settings: S['settings'], change: (text: string) => string): S['settings']
  /** The settings with other sample data, or without. */
  withSample?(settings: S['settings'], sampleData: SampleData | undefined): S['settings']
  judge(settings: S['settings'], lookup: PieceLookup): Verdict
  /** The same, said field by field. */
  problems(settings: S['settings'], lookup: PieceLookup): Iterable<FieldProblem>
  /** Takes over what is inside of the step as it was before an update. @throws AppError FLOW_OPERATION_INVALID */
  keep?(step: S, before: S): void
  /** Makes the step of foreign content (a copy) agree with itself. @returns why that is refused. */
  settle?(step: S): string | undefined
  /** Where a run may be that is inside of the step, by the output of the step and the steps next to it. */
  ways?(step: S, at: { output: StepOutput; steps: Steps; path: StepPath }): Way[]
}

/** What the model knows of a kind of step. Its functions take steps of this kind alone. */
export interface StepKind<A> {
  readonly type: string
  heads(step: AnyStep): readonly (Action | null)[]
  detach(step: AnyStep): void
  slots(step: AnyStep): Slot[]
  slotAt(step: AnyStep, place: Place): Slot | undefined
  texts(step: AnyStep): Iterable<string>
  changeTexts(step: AnyStep, change: (text: string) => string): void
  setSample(step: AnyStep, sampleData: SampleData | undefined): void
  judge(step: Described, lookup: PieceLookup): Verdict
  problems(step: Described, lookup: PieceLookup): Iterable<FieldProblem>
  keep(step: AnyStep, before: AnyStep): void
  settle(step: AnyStep): string | undefined
  ways(step: AnyStep, at: { output: StepOutput; steps: Steps; path: StepPath }): Way[]
  /** A new action of a request, with nothing inside of it. */
  make(base: ActionBase, request: Described): A
}

const NOTHING: readonly never[] = []

/** A kind of triggers: no request makes one. */
export function defineKind<S extends AnyStep>(type: S['type'], parts: Parts<S>): StepKind<never> {
  return {
    ...kindOfParts(type, parts),
    make() {
      throw new Error(`A step of the type ${type} is not an action`)
    },
  }
}

/** A kind of actions. @param make see StepKind */
export function defineActionKind<S extends AnyStep>(
  type: S['type'],
  parts: Parts<S> & { make(base: ActionBase, settings: S['settings']): S },
): StepKind<S> {
  const kind = kindOfParts(type, parts)
  return { ...kind, make: (base, request) => parts.make(base, kind.own(request).settings) }
}

function kindOfParts<S extends AnyStep>(type: S['type'], parts: Parts<S>) {
  const isOwn = (step: Described): step is S => step.type === type
  const own = (step: Described): S => {
    if (isOwn(step)) return step
    throw new Error(`The kind ${type} was given a step of the type ${step.type}`)
  }
  return {
    type,
    own,
    heads: (step: AnyStep) => parts.heads?.(own(step)) ?? NOTHING,
    detach: (step: AnyStep) => parts.detach?.(own(step)),
    slots: (step: AnyStep) => parts.slots?.(own(step)) ?? [],
    slotAt: (step: AnyStep, place: Place) => parts.slotAt?.(own(step), place),
    texts: (step: AnyStep) => parts.texts?.(own(step).settings) ?? NOTHING,
    changeTexts(step: AnyStep, change: (text: string) => string) {
      if (parts.changed) own(step).settings = parts.changed(own(step).settings, change)
    },
    setSample(step: AnyStep, sampleData: SampleData | undefined) {
      if (parts.withSample) own(step).settings = parts.withSample(own(step).settings, sampleData)
    },
    judge: (step: Described, lookup: PieceLookup) => parts.judge(own(step).settings, lookup),
    problems: (step: Described, lookup: PieceLookup) => parts.problems(own(step).settings, lookup),
    keep: (step: AnyStep, before: AnyStep) => parts.keep?.(own(step), own(before)),
    settle: (step: AnyStep) => parts.settle?.(own(step)),
    ways: (step: AnyStep, at: { output: StepOutput; steps: Steps; path: StepPath }) =>
      parts.ways?.(own(step), at) ?? [],
  }
}

/** Settings with other sample data, or without. */
export function withSample<S extends { sampleData?: SampleData | undefined }>(
  settings: S,
  sampleData: SampleData | undefined,
): S {
  const copy = { ...settings, sampleData }
  if (sampleData === undefined) delete copy.sampleData
  return copy
}
