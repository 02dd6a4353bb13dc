import { MAX_DISPLAY_NAME } from '../bounds.ts'
import { renameReferences } from '../references.ts'
import { setSampleData } from '../sample-data.ts'
import type { Action, Trigger } from '../step.ts'
import { copyTree, stepNames, unusedNames, walk } from '../walk.ts'
import { link } from './edit.ts'

/**
 * A copy of an action with what is inside it and what follows it, fit for the same tree: every step gets an unused
 * name, " Copy" after its display name and no sample data, and references between the copied steps point at the copies.
 * @returns the copy, and the new names by the old ones
 */
export function cloneSequence(
  trigger: Trigger,
  first: Action,
  now: string,
): { copy: Action; names: ReadonlyMap<string, string> } {
  const copy = copyTree(first)
  const nextName = unusedNames(stepNames(trigger))
  const names = new Map<string, string>()
  for (const step of walk(copy)) names.set(step.name, nextName())
  for (const step of walk(copy)) {
    step.name = names.get(step.name) ?? step.name
    step.displayName = copyName(step.displayName)
    step.lastUpdatedDate = now
    setSampleData(step, undefined)
    renameReferences(step, names)
  }
  return { copy, names }
}

/** A name that may be used again, however often the copy is copied. */
export const copyName = (name: string): string => `${name.slice(0, MAX_DISPLAY_NAME - ' Copy'.length)} Copy`

/** The same for one action and what is inside it, without what follows it. */
export function cloneAction(trigger: Trigger, action: Action, now: string): Action {
  const alone = { ...action }
  link(alone, undefined)
  return cloneSequence(trigger, alone, now).copy
}
