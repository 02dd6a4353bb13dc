import type { StepOutput, StepPath, Steps } from '../../run/step-output.ts'
import type { FieldProblem, PieceLookup, Validation } from '../piece-step.ts'
import type { Action, CodeSettings, ErrorHandlingOptions, SampleData } from '../step.ts'
import type { StepLocation } from '../step-request.ts'

/** The properties that every kind of step has. */
export interface AnyStep {
  type: string
  name: string
  settings: object
}

/** A step of a version, or of a request. */
export type Described = Pick<AnyStep, 'type' | 'settings'>

/** The place of an action. */
export interface Place {
  parentStep: string
  location: StepLocation | undefined
  branchIndex: number | undefined
}

/** A place inside a step, and the action there. Setting it changes the step: use it on a copy of the tree. */
export interface Slot {
  location: Exclude<StepLocation, 'AFTER'>
  branchIndex: number | undefined
  action: Action | null
  set(action: Action | undefined): void
}

/** A possible position of a run inside a step: a chain, and the known results of its steps. */
export interface RunPath {
  first: Action | undefined
  steps: Steps
  path: StepPath
}

/** The properties of a new action besides its settings. */
export interface ActionBase {
  name: string
  displayName: string
  valid: boolean
  lastUpdatedDate: string
  skip?: boolean
}

/** The behaviour of a kind of step; every part is optional. */
interface Parts<S extends AnyStep> {
  /** The heads of the chains inside a step, in reading order; null for an empty place. */
  heads?(step: S): readonly (Action | null)[]
  /** Gives a copy of a step its own links, so that setting one leaves the original unchanged. */
  detach?(step: S): void
  /** The places of these chains. */
  slots?(step: S): Slot[]
  /**
   * The place for a location.
   * @returns undefined for the place after the step. @throws AppError FLOW_OPERATION_INVALID
   */
  slotAt?(step: S, place: Place): Slot | undefined
  /** Every text among the settings that may hold expressions. */
  texts?(settings: S['settings']): Iterable<string>
  /** The settings with these texts changed. */
  changed?(settings: S['settings'], change: (text: string) => string): S['settings']
  /** The settings with other sample data, or without. */
  withSample?(settings: S['settings'], sampleData: SampleData | undefined): S['settings']
  /** The part of a piece that runs. */
  piece?(settings: S['settings']): PartUse
  /** The code that runs. */
  code?(settings: S['settings']): CodeSettings['sourceCode']
  /** Whether a run may go on behind a failure of the step. */
  continuesOnFailure?(settings: S['settings']): boolean
  validate(settings: S['settings'], lookup: PieceLookup): Validation
  /** The settings with what the validation changes in them. */
  cleaned?(settings: S['settings'], changes: Omit<Validation, 'valid'>): S['settings']
  /** The same, said field by field. */
  problems(settings: S['settings'], lookup: PieceLookup): Iterable<FieldProblem>
  /** Keeps the inner steps of the step before an update. @throws AppError FLOW_OPERATION_INVALID */
  keep?(step: S, before: S): void
  /** Makes the step of foreign content (a copy) consistent. @returns the reason when it must be refused. */
  settle?(step: S): string | undefined
  /** The possible positions of a run inside the step, by the output of the step and the steps next to it. */
  ways?(step: S, at: { output: StepOutput; steps: Steps; path: StepPath }): RunPath[]
}

/** An action or a trigger of a piece, as a step uses it. */
export interface PartUse {
  pieceName: string
  /** Exact, or a range. */
  pieceVersion: string
  part: 'action' | 'trigger'
  /** The name of the action or trigger; missing until it is chosen. */
  name: string | undefined
  input: Record<string, unknown>
}

/** The model's part of a kind of step. Its functions take only steps of this kind. */
export interface StepKind<A> {
  readonly type: string
  /** Starts a flow; no other step leads to it. */
  readonly isTrigger: boolean
  heads(step: AnyStep): readonly (Action | null)[]
  detach(step: AnyStep): void
  slots(step: AnyStep): Slot[]
  slotAt(step: AnyStep, place: Place): Slot | undefined
  texts(step: AnyStep): Iterable<string>
  changeTexts(step: AnyStep, change: (text: string) => string): void
  setSample(step: AnyStep, sampleData: SampleData | undefined): void
  /** Undefined for steps that run no piece. */
  piece(step: Described): PartUse | undefined
  /** Undefined for steps without code of their own. */
  code(step: Described): CodeSettings['sourceCode'] | undefined
  continuesOnFailure(step: Described): boolean
  validate(step: Described, lookup: PieceLookup): Validation
  /** Gives the step the settings that a validation leaves. */
  clean(step: Described, changes: Omit<Validation, 'valid'>): void
  problems(step: Described, lookup: PieceLookup): Iterable<FieldProblem>
  keep(step: AnyStep, before: AnyStep): void
  settle(step: AnyStep): string | undefined
  ways(step: AnyStep, at: { output: StepOutput; steps: Steps; path: StepPath }): RunPath[]
  /** Makes a new action from a request, with no inner steps. */
  make(base: ActionBase, request: Described): A
}

const NOTHING: readonly never[] = []

/** Defines a kind of trigger: no request creates one. */
export function defineKind<S extends AnyStep>(type: S['type'], parts: Parts<S>): StepKind<never> {
  return {
    ...kindOfParts(type, parts),
    isTrigger: true,
    make() {
      throw new Error(`A step of the type ${type} is not an action`)
    },
  }
}

/** Defines a kind of action. @param make see StepKind */
export function defineActionKind<S extends AnyStep>(
  type: S['type'],
  parts: Parts<S> & { make(base: ActionBase, settings: S['settings']): S },
): StepKind<S> {
  const kind = kindOfParts(type, parts)
  return { ...kind, isTrigger: false, make: (base, request) => parts.make(base, kind.own(request).settings) }
}

function kindOfParts<S extends AnyStep>(type: S['type'], parts: Parts<S>) {
  const isOwn = (step: Described): step is S => step.type === type
  const own = (step: Described): S => {
    if (isOwn(step)) return step
    throw new Error(`The kind ${type} got a step of the type ${step.type}`)
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
    piece: (step: Described) => parts.piece?.(own(step).settings),
    code: (step: Described) => parts.code?.(own(step).settings),
    continuesOnFailure: (step: Described) => parts.continuesOnFailure?.(own(step).settings) ?? false,
    clean(step: Described, changes: Omit<Validation, 'valid'>) {
      if (parts.cleaned) own(step).settings = parts.cleaned(own(step).settings, changes)
    },
    validate: (step: Described, lookup: PieceLookup) => parts.validate(own(step).settings, lookup),
    problems: (step: Described, lookup: PieceLookup) => parts.problems(own(step).settings, lookup),
    keep: (step: AnyStep, before: AnyStep) => parts.keep?.(own(step), own(before)),
    settle: (step: AnyStep) => parts.settle?.(own(step)),
    ways: (step: AnyStep, at: { output: StepOutput; steps: Steps; path: StepPath }) =>
      parts.ways?.(own(step), at) ?? [],
  }
}

/** Whether settings say that a run goes on behind a failure. */
export const continuesOnFailure = (settings: { errorHandlingOptions?: ErrorHandlingOptions | undefined }): boolean =>
  settings.errorHandlingOptions?.continueOnFailure?.value === true

/** Settings with other sample data, or without. */
export function withSample<S extends { sampleData?: SampleData | undefined }>(
  settings: S,
  sampleData: SampleData | undefined,
): S {
  const copy = { ...settings, sampleData }
  if (sampleData === undefined) delete copy.sampleData
  return copy
}
