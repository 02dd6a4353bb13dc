import type { RouterBranch } from '@piecework/model/flow/router'
import type { Step } from '@piecework/model/flow/step'
import type { ActionRequest } from '@piecework/model/flow/step-request'
import type { TFunction } from 'i18next'
import type { LucideIcon } from 'lucide-react'
import type { Pieces } from '../pieces.ts'

/** The texts of the builder, in the language of the page. */
export type Texts = TFunction<'builder'>

/** How the chains inside a step stand on the canvas: one that repeats, or several next to each other. */
export type Frame = { title(t: Texts): string } & (
  | { kind: 'loop' }
  /** A branch for each chain inside, in their order. */
  | { kind: 'router'; branches: readonly RouterBranch[] }
)

interface NewStep {
  name: string
  displayName: string
}

/** The browser's part of a kind of step. */
interface Parts<S extends Step> {
  /** A kind without an icon shows the logo of its piece. */
  icon?: LucideIcon
  /** Makes a new step. The picker offers each kind that has it. */
  make?(base: NewStep, t: Texts): ActionRequest
  /** Describes a step in one line, from its settings. */
  summary(step: S, about: { pieces: Pieces; t: Texts }): string
  /** A kind without a frame has no steps inside. */
  frame?(step: S): Frame
  /** Other steps have no use for its output. */
  hasNoOutput?: true
  /** The output of a step that was not tested, where the settings and the steps before it give one. */
  firstOutput?(step: S, evaluate: (text: string) => unknown): unknown
}

/** A kind of step in the browser. Its functions take only steps of this kind. */
export interface StepKind {
  readonly type: Step['type']
  readonly icon: LucideIcon | undefined
  readonly make: Parts<Step>['make']
  readonly hasOutput: boolean
  summary(step: Step, about: { pieces: Pieces; t: Texts }): string
  frame(step: Step): Frame | undefined
  readonly firstOutput: Parts<Step>['firstOutput']
}

/** Defines a kind of step for the browser; every part but the summary is optional. */
export function defineKind<S extends Step>(type: S['type'], parts: Parts<S>): StepKind {
  const isOwn = (step: Step): step is S => step.type === type
  const own = (step: Step): S => {
    if (isOwn(step)) return step
    throw new Error(`The kind ${type} got a step of the type ${step.type}`)
  }
  const { icon, make, firstOutput } = parts
  return {
    ...{ type, icon, make },
    hasOutput: parts.hasNoOutput !== true,
    summary: (step, about) => parts.summary(own(step), about),
    frame: (step) => parts.frame?.(own(step)),
    firstOutput: firstOutput && ((step, evaluate) => firstOutput(own(step), evaluate)),
  }
}

/** Expressions as people read them: without braces. */
export const plain = (text: string): string => text.replaceAll(/\{\{\s*(.*?)\s*\}\}/g, '$1')
