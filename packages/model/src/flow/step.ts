import { z } from 'zod'
import { AnyMap } from '../json.ts'
import { RouterBranch, RouterExecutionType } from './router.ts'

/** Every shape of a step. Unknown keys are dropped. */

export const StepName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must start with a letter or _ and hold only letters, digits and _')

export const SampleData = z.object({
  sampleDataFileId: z.string().optional(),
  sampleDataInputFileId: z.string().optional(),
  lastTestDate: z.string().optional(),
})
export type SampleData = z.infer<typeof SampleData>

export const PropertySettings = z.object({ type: z.enum(['MANUAL', 'DYNAMIC']), schema: z.unknown().optional() })
export type PropertySettings = z.infer<typeof PropertySettings>

/**
 * An exact version, or a range with its lowest version: `~` stays below the next minor version, `^` below the next
 * major one. Flows are pinned: the catalogue resolves a range before it is saved (see validity.ts).
 */
export const PieceVersion = z
  .string()
  .regex(/^[~^]?\d+\.\d+\.\d+$/, 'must be a version such as 1.2.3, ~1.2.3 or ^1.2.3')

/** The version itself, or the lowest one of a range. */
export const leastVersion = (version: string): string => version.replace(/^[~^]/, '')

/** The settings of a piece with an exact version: the lowest one of an unresolved range. */
export const pinned = <S extends { pieceVersion: string }>(settings: S): S => ({
  ...settings,
  pieceVersion: leastVersion(settings.pieceVersion),
})

const Switch = z.object({ value: z.boolean().optional() })
export const ErrorHandlingOptions = z.object({
  continueOnFailure: Switch.optional(),
  retryOnFailure: Switch.optional(),
})
export type ErrorHandlingOptions = z.infer<typeof ErrorHandlingOptions>

const common = {
  sampleData: SampleData.optional(),
  customLogoUrl: z.string().optional(),
}

export const CodeSettings = z.object({
  sourceCode: z.object({ code: z.string(), packageJson: z.string() }),
  input: AnyMap,
  errorHandlingOptions: ErrorHandlingOptions.optional(),
  ...common,
})
export type CodeSettings = z.infer<typeof CodeSettings>

export const PieceActionSettings = z.object({
  pieceName: z.string(),
  pieceVersion: PieceVersion,
  actionName: z.string().optional(),
  input: AnyMap,
  propertySettings: z.record(z.string(), PropertySettings),
  errorHandlingOptions: ErrorHandlingOptions.optional(),
  ...common,
})
export type PieceActionSettings = z.infer<typeof PieceActionSettings>

export const LoopSettings = z.object({ items: z.string(), ...common })
export type LoopSettings = z.infer<typeof LoopSettings>

export const RouterSettings = z.object({
  branches: z.array(RouterBranch),
  executionType: RouterExecutionType,
  ...common,
})
export type RouterSettings = z.infer<typeof RouterSettings>

export const PieceTriggerSettings = z.object({
  pieceName: z.string(),
  pieceVersion: PieceVersion,
  triggerName: z.string().optional(),
  input: AnyMap,
  propertySettings: z.record(z.string(), PropertySettings),
  ...common,
})
export type PieceTriggerSettings = z.infer<typeof PieceTriggerSettings>

interface ActionBase {
  name: string
  valid: boolean
  displayName: string
  skip?: boolean | undefined
  lastUpdatedDate: string
  nextAction?: Action | undefined
}
export interface CodeAction extends ActionBase {
  type: 'CODE'
  settings: CodeSettings
}
export interface PieceAction extends ActionBase {
  type: 'PIECE'
  settings: PieceActionSettings
}
export interface LoopAction extends ActionBase {
  type: 'LOOP_ON_ITEMS'
  settings: LoopSettings
  firstLoopAction?: Action | undefined
}
export interface RouterAction extends ActionBase {
  type: 'ROUTER'
  settings: RouterSettings
  /** Index-aligned with `settings.branches`. */
  children: (Action | null)[]
}
export type Action = CodeAction | PieceAction | LoopAction | RouterAction

interface TriggerBase {
  name: string
  valid: boolean
  displayName: string
  lastUpdatedDate: string
  nextAction?: Action | undefined
}
export interface EmptyTrigger extends TriggerBase {
  type: 'EMPTY'
  settings: Record<string, unknown>
}
export interface PieceTrigger extends TriggerBase {
  type: 'PIECE_TRIGGER'
  settings: PieceTriggerSettings
}
export type Trigger = EmptyTrigger | PieceTrigger
export type Step = Trigger | Action

// Every parser between one step and the next costs stack at every level of a long flow. Hence getters instead of
// z.lazy, and no wrapper for null: nulls in the place of a step are dropped before parsing (see migrateContent).

const triggerBase = {
  name: StepName,
  valid: z.boolean(),
  displayName: z.string(),
  lastUpdatedDate: z.string(),
}
const actionBase = { ...triggerBase, skip: z.boolean().optional() }

export const Action: z.ZodType<Action> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('CODE'),
    settings: CodeSettings,
    ...actionBase,
    get nextAction() {
      return optionalAction
    },
  }),
  z.object({
    type: z.literal('PIECE'),
    settings: PieceActionSettings,
    ...actionBase,
    get nextAction() {
      return optionalAction
    },
  }),
  z.object({
    type: z.literal('LOOP_ON_ITEMS'),
    settings: LoopSettings,
    ...actionBase,
    get firstLoopAction() {
      return optionalAction
    },
    get nextAction() {
      return optionalAction
    },
  }),
  z.object({
    type: z.literal('ROUTER'),
    settings: RouterSettings,
    ...actionBase,
    get children() {
      return z.array(z.nullable(Action))
    },
    get nextAction() {
      return optionalAction
    },
  }),
])
const optionalAction: z.ZodType<Action | undefined> = Action.optional()

const trigger = { ...triggerBase, nextAction: optionalAction }

export const Trigger: z.ZodType<Trigger> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('EMPTY'), settings: AnyMap, ...trigger }),
  z.object({ type: z.literal('PIECE_TRIGGER'), settings: PieceTriggerSettings, ...trigger }),
])
