import { z } from 'zod'
import { AnyMap } from '../json.ts'
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

const fields = { name: StepName, displayName: z.string(), valid: z.boolean().default(false) }
const actionFields = { ...fields, skip: z.boolean().optional() }

export const ActionRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('CODE'), settings: CodeSettings.omit(withoutSample), ...actionFields }),
  z.object({ type: z.literal('PIECE'), settings: PieceActionSettings.omit(withoutSample), ...actionFields }),
  z.object({ type: z.literal('LOOP_ON_ITEMS'), settings: LoopSettings.omit(withoutSample), ...actionFields }),
  z.object({ type: z.literal('ROUTER'), settings: RouterSettings.omit(withoutSample), ...actionFields }),
])
export type ActionRequest = z.output<typeof ActionRequest>

export const TriggerRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('EMPTY'), settings: AnyMap.default({}), ...fields }),
  z.object({ type: z.literal('PIECE_TRIGGER'), settings: PieceTriggerSettings.omit(withoutSample), ...fields }),
])
export type TriggerRequest = z.output<typeof TriggerRequest>

export const StepLocation = z.enum(['AFTER', 'INSIDE_LOOP', 'INSIDE_BRANCH'])
export type StepLocation = z.infer<typeof StepLocation>
