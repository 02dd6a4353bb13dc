import { z } from 'zod'
import { AnyMap } from '../json.ts'
import { expressionsIn, MAX_DISPLAY_NAME, MAX_EXPRESSIONS, MAX_STEP_NAME } from './bounds.ts'
import { RouterBranch } from './router.ts'
import {
  CodeSettings,
  LoopSettings,
  PieceActionSettings,
  PieceTriggerSettings,
  RouterSettings,
  StepName,
} from './step.ts'

/**
 * Steps as clients send them in ADD_ACTION, UPDATE_ACTION and UPDATE_TRIGGER: without the steps around them,
 * sample data and dates, which are dropped when they are sent. The server computes `valid` itself.
 */

const withoutSample = { sampleData: true } as const

const fields = {
  name: StepName.max(MAX_STEP_NAME),
  displayName: z.string().max(MAX_DISPLAY_NAME),
  valid: z.boolean().default(false),
}
const actionFields = { ...fields, skip: z.boolean().optional() }

const hasFewExpressions = ({ settings }: { settings: unknown }): boolean => expressionsIn(settings) <= MAX_EXPRESSIONS
const TOO_MANY = { path: ['settings'], message: `must have at most ${MAX_EXPRESSIONS} expressions ({{ }})` }

const NewBranch = RouterBranch.refine(({ branchName }) => branchName.length <= MAX_DISPLAY_NAME, {
  path: ['branchName'],
  message: `must have at most ${MAX_DISPLAY_NAME} characters`,
})
const RouterSettingsRequest = RouterSettings.omit(withoutSample).extend({ branches: z.array(NewBranch) })

export const ActionRequest = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('CODE'), settings: CodeSettings.omit(withoutSample), ...actionFields }),
    z.object({ type: z.literal('PIECE'), settings: PieceActionSettings.omit(withoutSample), ...actionFields }),
    z.object({ type: z.literal('LOOP_ON_ITEMS'), settings: LoopSettings.omit(withoutSample), ...actionFields }),
    z.object({ type: z.literal('ROUTER'), settings: RouterSettingsRequest, ...actionFields }),
  ])
  .refine(hasFewExpressions, TOO_MANY)
export type ActionRequest = z.output<typeof ActionRequest>

export const TriggerRequest = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('EMPTY'), settings: AnyMap.default({}), ...fields }),
    z.object({ type: z.literal('PIECE_TRIGGER'), settings: PieceTriggerSettings.omit(withoutSample), ...fields }),
  ])
  .refine(hasFewExpressions, TOO_MANY)
export type TriggerRequest = z.output<typeof TriggerRequest>

export const StepLocation = z.enum(['AFTER', 'INSIDE_LOOP', 'INSIDE_BRANCH'])
export type StepLocation = z.infer<typeof StepLocation>
