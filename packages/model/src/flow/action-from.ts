import { kindOf } from './kinds/registry.ts'
import type { Action } from './step.ts'
import type { ActionRequest } from './step-request.ts'

/** A new action that stands alone; a router has one empty child per branch. */
export function actionFrom(request: ActionRequest, now: string): Action {
  const { name, displayName, valid, skip } = request
  const base = { name, displayName, valid, lastUpdatedDate: now, ...(skip === undefined ? {} : { skip }) }
  return kindOf(request).make(base, request)
}
