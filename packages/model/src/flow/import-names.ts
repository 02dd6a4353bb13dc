import { isRaw, mapSteps, type Raw, rawAt } from './migrations/raw.ts'
import type { ImportNote } from './newer-formats/findings.ts'
import { mapTexts } from './newer-formats/texts.ts'
import { renameInText } from './references.ts'
import { unusedNames } from './walk.ts'

/** What a name means at a place of the flow: the step that had it last on the way there, by the name it has now. */
type Meaning = ReadonlyMap<string, string>

interface Naming {
  /** @param isTrigger the trigger alone may have its usual name */
  isUsable(name: string, isTrigger: boolean): boolean
  notes: ImportNote[]
}

/**
 * Gives steps that share a name, or have one that no step may have, names of their own. References follow: each means
 * the step that came last on the way to it. Content whose names are fine is given back as it is.
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
      const why = isUsable ? 'as another step is' : 'which no step may be named'
      naming.notes.push({ stepName: name, message: `it was named ${before}, ${why}; references to it were renamed` })
    }
    const settings = mapTexts(rawAt(step, 'settings'), (text) => renameInText(text, meaning))
    const renamed = {
      ...step,
      ...(step.name === undefined ? {} : { name }),
      ...(isRaw(step.settings) ? { settings } : {}),
    }
    return { step: renamed, name, known: new Map([...meaning, [before, name]]) }
  }

  /** A row of steps, changed in place of the copies; gives what names mean behind its end. */
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

  /** What is inside a step; behind it, names mean what they meant before, and those that are new the first that has them. */
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
