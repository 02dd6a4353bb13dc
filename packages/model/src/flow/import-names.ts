import { isRaw, mapSteps, type Raw, rawAt } from './migrations/raw.ts'
import type { ImportNote } from './newer-formats/findings.ts'
import { mapTexts } from './newer-formats/texts.ts'
import { renameInText } from './references.ts'
import { unusedNames } from './walk.ts'

interface Naming {
  /** @param isTrigger the trigger alone may have its usual name */
  isUsable(name: string, isTrigger: boolean): boolean
  notes: ImportNote[]
}

/**
 * Renames steps that share a name or have a forbidden one. References follow: each means the last step of that name
 * before it. Content with valid names is returned unchanged.
 */
export function withOwnNames(content: Raw, naming: Naming): Raw {
  const names: string[] = []
  mapSteps(content, (step) => {
    if (typeof step.name === 'string') names.push(step.name)
    return step
  })
  const trigger = isRaw(content.trigger) ? content.trigger.name : undefined
  const taken = new Set(names)
  if (taken.size === names.length && names.every((name) => naming.isUsable(name, name === trigger))) return content
  const next = unusedNames(taken)
  const used = new Set<string>()
  const nextUsable = (): string => {
    const name = next()
    return naming.isUsable(name, false) ? name : nextUsable()
  }

  // Each name leads to the last step of this name before the place that is looked at, by its new name. It
  // is one map, with the changes that lead back to where a branch began: copies would take time that grows with the
  // square of the flow.
  const meaning = new Map<string, string>()
  const changes: { name: string; before: string | undefined }[] = []
  const mean = (name: string, means: string): void => {
    changes.push({ name, before: meaning.get(name) })
    meaning.set(name, means)
  }
  /** Undoes all but the first changes; returns what the names of the others meant at last. */
  const undo = (length: number): Map<string, string> => {
    const last = new Map<string, string>()
    for (const { name, before } of changes.splice(length).reverse()) {
      const means = meaning.get(name)
      if (means !== undefined && !last.has(name)) last.set(name, means)
      if (before === undefined) meaning.delete(name)
      else meaning.set(name, before)
    }
    return last
  }

  const rename = (step: Raw): Raw => {
    const before = typeof step.name === 'string' ? step.name : ''
    const isUsable = naming.isUsable(before, used.size === 0)
    const isFirst = !used.has(before) && isUsable
    const name = isFirst || before === '' ? before : nextUsable()
    used.add(name)
    if (name !== before) {
      const why = isUsable ? 'because another step has this name' : 'because no step may have this name'
      naming.notes.push({
        stepName: name,
        message: `it was renamed from ${before}, ${why}; references to it were renamed`,
      })
    }
    const settings = mapTexts(rawAt(step, 'settings'), (text) => renameInText(text, meaning))
    mean(before, name)
    return {
      ...step,
      ...(step.name === undefined ? {} : { name }),
      ...(isRaw(step.settings) ? { settings } : {}),
    }
  }

  /** Renames the copies of a row of steps in place; the names of its steps have a meaning after it. */
  const renameRow = (first: Raw): Raw => {
    const begun = rename(first)
    for (let step = begun; ; ) {
      renameInside(step)
      if (!isRaw(step.nextAction)) return begun
      const following = rename(step.nextAction)
      step.nextAction = following
      step = following
    }
  }

  /**
   * Renames the steps inside a step; after it, names have their earlier meanings, and a new name means the first step
   * that has it.
   */
  const renameInside = (step: Raw): void => {
    const added = new Map<string, string>()
    const take = (head: unknown): unknown => {
      if (!isRaw(head)) return head
      const { length } = changes
      const row = renameRow(head)
      for (const [name, means] of undo(length)) if (!meaning.has(name) && !added.has(name)) added.set(name, means)
      return row
    }
    if ('firstLoopAction' in step) step.firstLoopAction = take(step.firstLoopAction)
    if (Array.isArray(step.children)) step.children = step.children.map(take)
    for (const [name, means] of added) mean(name, means)
  }

  return isRaw(content.trigger) ? { ...content, trigger: renameRow(content.trigger) } : content
}
