import { isRaw, mapSteps, type Raw, rawAt } from './migrations/raw.ts'
import type { ImportNote } from './newer-formats/findings.ts'
import { mapTexts } from './newer-formats/texts.ts'
import { renameInText } from './references.ts'
import { unusedNames } from './walk.ts'

/** The meaning of a name at a place of the flow: the last step with this name before it, by its new name. */
type Meaning = ReadonlyMap<string, string>

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

  const rename = (step: Raw, meaning: Meaning): { step: Raw; name: string; known: Meaning } => {
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
    const renamed = {
      ...step,
      ...(step.name === undefined ? {} : { name }),
      ...(isRaw(step.settings) ? { settings } : {}),
    }
    return { step: renamed, name, known: new Map([...meaning, [before, name]]) }
  }

  /** Renames the copies of a row of steps in place; returns the meanings of names after its end. */
  const renameRow = (first: Raw, meaning: Meaning): { first: Raw; known: Meaning } => {
    const begun = rename(first, meaning)
    let step = begun.step
    let known = begun.known
    for (;;) {
      known = renameInside(step, known)
      if (!isRaw(step.nextAction)) return { first: begun.step, known }
      const following = rename(step.nextAction, known)
      step.nextAction = following.step
      step = following.step
      known = following.known
    }
  }

  /**
   * Renames the steps inside a step; after it, names have their earlier meanings, and a new name means the first step
   * that has it.
   */
  const renameInside = (step: Raw, meaning: Meaning): Meaning => {
    const behind = new Map(meaning)
    const take = (head: unknown): unknown => {
      if (!isRaw(head)) return head
      const row = renameRow(head, meaning)
      for (const [name, means] of row.known) if (!behind.has(name)) behind.set(name, means)
      return row.first
    }
    if ('firstLoopAction' in step) step.firstLoopAction = take(step.firstLoopAction)
    if (Array.isArray(step.children)) step.children = step.children.map(take)
    return behind
  }

  return isRaw(content.trigger) ? { ...content, trigger: renameRow(content.trigger, new Map()).first } : content
}
