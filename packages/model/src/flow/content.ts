import { AppError } from '../errors.ts'
import { withDerived } from './derive.ts'
import { type FlowVersion, LATEST_SCHEMA_VERSION, type Note } from './flow.ts'
import { kindOf } from './kinds/registry.ts'
import { sampleDataOf, setSampleData } from './sample-data.ts'
import type { Trigger } from './step.ts'
import { copyTree, walk } from './walk.ts'

/** What makes a flow: name, steps and notes, without ids and dates. */
export interface Content {
  displayName: string
  trigger: Trigger
  notes: Note[]
}

export interface ImportOptions {
  /** Which sample data pointers come along: those of a foreign flow are worthless here. */
  sampleData: 'NONE' | 'TRIGGER'
}

/**
 * The version with its content replaced: IMPORT_FLOW, USE_AS_DRAFT, and a new draft from a locked version.
 * Refuses steps of the same name and router children beyond the branches (FLOW_OPERATION_INVALID).
 */
export function importContent(version: FlowVersion, content: Content, options: ImportOptions): FlowVersion {
  const trigger = copyTree(content.trigger)
  const names = new Set<string>()
  const refusals: string[] = []
  for (const step of walk(trigger)) {
    if (names.has(step.name)) refusals.push(`two steps are named ${step.name}`)
    names.add(step.name)
    const refusal = kindOf(step).settle(step)
    if (refusal !== undefined) refusals.push(refusal)
    const keep = options.sampleData === 'TRIGGER' && step.name === trigger.name
    setSampleData(step, keep ? sampleDataOf(step) : undefined)
  }
  if (refusals.length > 0) throw new AppError('FLOW_OPERATION_INVALID', { message: refusals.join('; ') })
  const { displayName, notes } = content
  return withDerived({ ...version, displayName, trigger, notes, schemaVersion: LATEST_SCHEMA_VERSION })
}

/** The draft of a new flow: a trigger to be chosen, and nothing else. */
export function emptyVersion(input: {
  id: string
  flowId: string
  displayName: string
  now: string
  userId: string | null
}): FlowVersion {
  const { id, flowId, displayName, now, userId } = input
  return {
    id,
    created: now,
    updated: now,
    flowId,
    displayName,
    trigger: {
      type: 'EMPTY',
      name: 'trigger',
      settings: {},
      valid: false,
      displayName: 'Select Trigger',
      lastUpdatedDate: now,
    },
    updatedBy: userId,
    valid: false,
    schemaVersion: LATEST_SCHEMA_VERSION,
    agentIds: [],
    state: 'DRAFT',
    connectionIds: [],
    backupFiles: null,
    notes: [],
  }
}

/** A new draft with the content of a (locked) version; the trigger keeps its sample data, as it is the same flow. */
export function draftFrom(locked: FlowVersion, input: { id: string; now: string; userId: string | null }): FlowVersion {
  const empty = emptyVersion({ ...input, flowId: locked.flowId, displayName: locked.displayName })
  return importContent(empty, locked, { sampleData: 'TRIGGER' })
}
