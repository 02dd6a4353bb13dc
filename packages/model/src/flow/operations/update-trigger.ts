import type { FlowVersion } from '../flow.ts'
import { invalid } from '../invalid.ts'
import { type PieceTriggerSettings, pinned, type SampleData, type Trigger } from '../step.ts'
import { isUsableStepName, unusableStepName } from '../step-name.ts'
import { TriggerRequest } from '../step-request.ts'
import { copyTree, stepNames } from '../walk.ts'
import { link } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Replaces the trigger. Its sample data stays while it is the same trigger of the same piece. */
export const UPDATE_TRIGGER = versionOperation('UPDATE_TRIGGER', TriggerRequest, (version, request, context) => {
  const place = { stepName: request.name, field: 'name', value: request.name }
  if (request.name !== version.trigger.name && stepNames(version.trigger).has(request.name)) {
    throw invalid(`there is already a step named ${request.name}`, place)
  }
  if (request.name !== version.trigger.name && !isUsableStepName(request.name, true))
    throw invalid(unusableStepName(request.name), place)
  const trigger = triggerFrom(request, version, context.now)
  link(trigger, copyTree(version.trigger).nextAction)
  return { ...version, trigger }
})

function triggerFrom(request: TriggerRequest, version: FlowVersion, now: string): Trigger {
  const { name, displayName, valid } = request
  const base = { name, displayName, lastUpdatedDate: now }
  if (request.type === 'EMPTY') return { ...base, type: request.type, valid: false, settings: request.settings }
  const sampleData = keptSampleData(version.trigger, request.settings)
  return {
    ...base,
    type: request.type,
    valid,
    settings: { ...pinned(request.settings), ...(sampleData ? { sampleData } : {}) },
  }
}

function keptSampleData(before: Trigger, after: PieceTriggerSettings): SampleData | undefined {
  if (before.type !== 'PIECE_TRIGGER') return undefined
  const same = before.settings.pieceName === after.pieceName && before.settings.triggerName === after.triggerName
  return same ? before.settings.sampleData : undefined
}
