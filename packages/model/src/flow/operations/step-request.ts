import { z } from 'zod'
import { AnyMap } from '../../json.ts'
import {
  type Action,
  CodeSettings,
  LoopSettings,
  PieceActionSettings,
  PieceTriggerSettings,
  pinned,
  RouterSettings,
  StepName,
} from '../step.ts'

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

/** A new action that stands alone; a router has one empty child per branch. */
export function actionFrom(request: ActionRequest, now: string): Action {
  const { name, displayName, valid, skip } = request
  const base = { name, displayName, valid, lastUpdatedDate: now, ...(skip === undefined ? {} : { skip }) }
  switch (request.type) {
    case 'CODE':
      return { ...base, type: request.type, settings: request.settings }
    case 'PIECE':
      return { ...base, type: request.type, settings: pinned(request.settings) }
    case 'LOOP_ON_ITEMS':
      return { ...base, type: request.type, settings: request.settings }
    case 'ROUTER':
      return {
        ...base,
        type: request.type,
        settings: request.settings,
        children: request.settings.branches.map(() => null),
      }
  }
}
