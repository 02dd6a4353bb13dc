import { AppError } from '../errors.ts'
import { withDerived } from './derive.ts'
import { type FlowVersion, LATEST_SCHEMA_VERSION, type Note } from './flow.ts'
import { printsOf, shapeOf } from './graph/fingerprint.ts'
import type { GraphSource } from './graph/graph.ts'
import { kindOf } from './kinds/registry.ts'
import { sampleDataOf, setSampleData } from './sample-data.ts'
import type { Trigger } from './step.ts'
import { copyTree, walk } from './walk.ts'

/** The content of a flow: name, steps and notes, without ids and dates. */
export interface Content {
  displayName: string
  trigger: Trigger
  notes: Note[]
  /** The graph that it was made from. */
  graph?: GraphSource | null | undefined
}

export interface ImportOptions {
  /**
   * Whether to keep the pointers to sample data: those of a foreign flow are useless here. SAME_NAME: steps have those of
   * the steps that had their names.
   */
  sampleData: 'NONE' | 'TRIGGER' | 'SAME_NAME'
}

/**
 * The version with its content replaced: IMPORT_FLOW, USE_AS_DRAFT, and a new draft from a locked version.
 * Refuses steps of the same name and router children beyond the branches (FLOW_OPERATION_INVALID).
 */
export function importContent(version: FlowVersion, content: Content, options: ImportOptions): FlowVersion {
  const trigger = copyTree(content.trigger)
  const names = new Set<string>()
  const before =
    options.sampleData === 'SAME_NAME'
      ? new Map([...walk(version.trigger)].map((step) => [step.name, sampleDataOf(step)]))
      : undefined
  const refusals: { stepName: string; field: string; message: string }[] = []
  for (const step of walk(trigger)) {
    const stepName = step.name
    if (names.has(stepName)) refusals.push({ stepName, field: 'name', message: `two steps are named ${stepName}` })
    names.add(stepName)
    const refusal = kindOf(step).settle(step)
    if (refusal !== undefined) refusals.push({ stepName, field: 'children', message: refusal })
    const keep = options.sampleData === 'TRIGGER' && step.name === trigger.name
    setSampleData(step, keep ? sampleDataOf(step) : before?.get(step.name))
  }
  if (refusals.length > 0) {
    const message = refusals.map((refusal) => refusal.message).join('; ')
    throw new AppError('FLOW_OPERATION_INVALID', { ...refusals[0], message, problems: refusals })
  }
  const { displayName, notes } = content
  const graph = content.graph ? { steps: printsOf(trigger), shape: shapeOf(trigger), ...content.graph } : null
  return withDerived({ ...version, displayName, trigger, notes, graph, schemaVersion: LATEST_SCHEMA_VERSION })
}

/** The draft of a new flow: only a trigger that is not chosen yet. */
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
    graph: null,
  }
}

/** A new draft with the content of a (locked) version; the trigger keeps its sample data, as it is the same flow. */
export function draftFrom(locked: FlowVersion, input: { id: string; now: string; userId: string | null }): FlowVersion {
  const empty = emptyVersion({ ...input, flowId: locked.flowId, displayName: locked.displayName })
  return importContent(empty, locked, { sampleData: 'TRIGGER' })
}
