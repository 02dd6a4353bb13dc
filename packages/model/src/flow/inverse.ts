import type { FlowVersion } from './flow.ts'
import type { Place } from './kinds/kind.ts'
import { kindOf } from './kinds/registry.ts'
import { isRouter } from './kinds/router.ts'
import type { VersionOperation } from './operations/registry.ts'
import { areBranchesValid } from './router.ts'
import type { Action, Trigger } from './step.ts'
import { ActionRequest, TriggerRequest } from './step-request.ts'
import { findStep, isAction, walk } from './walk.ts'

/**
 * The operations that undo an operation, in order, for the version after it. Steps come back with their names, settings
 * and places, but without sample data, which is deleted with a step. Undefined where edits cannot undo it (an import, a
 * lock, a branch moved from behind the fallback).
 */
export function inverseOf(
  before: FlowVersion,
  operation: VersionOperation,
  after: FlowVersion,
): VersionOperation[] | undefined {
  const { trigger } = before
  switch (operation.type) {
    case 'ADD_ACTION':
      return [{ type: 'DELETE_ACTION', request: { names: [operation.request.action.name] } }]
    case 'DUPLICATE_ACTION': {
      const clone = findStep(after.trigger, operation.request.stepName)?.nextAction
      return clone ? [{ type: 'DELETE_ACTION', request: { names: [clone.name] } }] : []
    }
    case 'DELETE_ACTION':
    case 'DELETE_BRANCH':
      return [...restoredBranch(before, operation), ...additionsOf(before, after)]
    case 'UPDATE_ACTION': {
      const step = findStep(trigger, operation.request.name)
      return step && isAction(step) ? [updateTo(step), ...additionsOf(before, after)] : []
    }
    case 'MOVE_ACTION': {
      const place = placesOf(trigger).get(operation.request.name)
      if (!place) return []
      const { parentStep: newParentStep, location: stepLocationRelativeToNewParent, branchIndex } = place
      const { name } = operation.request
      return [{ type: 'MOVE_ACTION', request: { name, newParentStep, stepLocationRelativeToNewParent, branchIndex } }]
    }
    case 'SET_SKIP_ACTION': {
      const { names, skip } = operation.request
      const changed = actionsOf(trigger).filter((step) => names.includes(step.name) && (step.skip ?? false) !== skip)
      return [{ type: 'SET_SKIP_ACTION', request: { names: changed.map((step) => step.name), skip: !skip } }]
    }
    case 'UPDATE_TRIGGER':
      return [{ type: 'UPDATE_TRIGGER', request: TriggerRequest.parse(trigger) }]
    case 'ADD_BRANCH': {
      const { stepName, branchIndex } = operation.request
      return [{ type: 'DELETE_BRANCH', request: { stepName, branchIndex } }, ...givenVerdict(before, stepName)]
    }
    case 'DUPLICATE_BRANCH': {
      const { stepName, branchIndex } = operation.request
      return [
        { type: 'DELETE_BRANCH', request: { stepName, branchIndex: branchIndex + 1 } },
        ...givenVerdict(before, stepName),
      ]
    }
    case 'MOVE_BRANCH': {
      const { stepName, sourceBranchIndex, targetBranchIndex } = operation.request
      const router = findStep(after.trigger, stepName)
      // A branch that came from behind the fallback cannot go back: no branch moves to where the fallback is.
      if (!router || !isRouter(router) || router.settings.branches[sourceBranchIndex]?.branchType !== 'CONDITION') {
        return undefined
      }
      const request = { stepName, sourceBranchIndex: targetBranchIndex, targetBranchIndex: sourceBranchIndex }
      return [{ type: 'MOVE_BRANCH', request }]
    }
    case 'CHANGE_NAME':
      return [{ type: 'CHANGE_NAME', request: { displayName: before.displayName } }]
    case 'ADD_NOTE':
      return [{ type: 'DELETE_NOTE', request: { id: operation.request.id } }]
    case 'UPDATE_NOTE':
    case 'DELETE_NOTE': {
      const note = before.notes.find(({ id }) => id === operation.request.id)
      if (!note) return []
      return [{ type: operation.type === 'DELETE_NOTE' ? 'ADD_NOTE' : 'UPDATE_NOTE', request: note }]
    }
    case 'UPDATE_SAMPLE_DATA_INFO':
      return []
    case 'IMPORT_FLOW':
    case 'LOCK_FLOW':
      return undefined
  }
}

/** Brings back a deleted branch, still empty: first as a condition, then (it may be the fallback) as it was. */
function restoredBranch(before: FlowVersion, operation: VersionOperation): VersionOperation[] {
  if (operation.type !== 'DELETE_BRANCH') return []
  const { stepName, branchIndex } = operation.request
  const router = findStep(before.trigger, stepName)
  if (!router || !isRouter(router)) return []
  return [{ type: 'ADD_BRANCH', request: { stepName, branchIndex, branchName: '' } }, updateTo(router)]
}

/** Restores the `valid` of a router that does not follow from its branches, as after DELETE_BRANCH. */
function givenVerdict(before: FlowVersion, routerName: string): VersionOperation[] {
  const router = findStep(before.trigger, routerName)
  if (!router || !isRouter(router) || router.valid === areBranchesValid(router.settings.branches)) return []
  return [updateTo(router)]
}

/** Adds the missing steps in reading order, so that the step before each exists already. */
function additionsOf(before: FlowVersion, after: FlowVersion): VersionOperation[] {
  const left = new Set([...walk(after.trigger)].map((step) => step.name))
  const places = placesOf(before.trigger)
  const additions: VersionOperation[] = []
  for (const step of actionsOf(before.trigger)) {
    const place = places.get(step.name)
    if (left.has(step.name) || !place) continue
    const { parentStep, location: stepLocationRelativeToParent, branchIndex } = place
    const action = ActionRequest.parse(step)
    additions.push({ type: 'ADD_ACTION', request: { parentStep, stepLocationRelativeToParent, branchIndex, action } })
  }
  return additions
}

function updateTo(step: Action): VersionOperation {
  return { type: 'UPDATE_ACTION', request: { ...ActionRequest.parse(step), skip: step.skip ?? false } }
}

function actionsOf(trigger: Trigger): Action[] {
  return [...walk(trigger)].filter(isAction)
}

/** The place of each action in the tree. */
export function placesOf(trigger: Trigger): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const step of walk(trigger)) {
    if (step.nextAction)
      places.set(step.nextAction.name, { parentStep: step.name, location: 'AFTER', branchIndex: undefined })
    for (const { location, branchIndex, action } of kindOf(step).slots(step))
      if (action) places.set(action.name, { parentStep: step.name, location, branchIndex })
  }
  return places
}
