import type { Action, Trigger } from '@piecework/model/flow/step'

/**
 * The line at which the variable of each step must be declared. A step of a branch is seen behind the branch, and one of a loop in
 * its own round alone, where a constant is seen from its line to the end of its block.
 */
interface Place {
  order: number
  /** The loops around it. */
  scope: string
  /** The loops and branches around it. */
  block: string
  loop: string | undefined
}

export function createPlaces(trigger: Trigger) {
  const places = new Map<string, Place>()
  const early = new Set<string>()
  /** They are mentioned where they never have a value. */
  const unseen = new Set<string>()
  const visit = (first: Action | null | undefined, scope: string, block: string, loop: string | undefined): void => {
    for (let step = first ?? undefined; step; step = step.nextAction) {
      places.set(step.name, { order: places.size, scope, block, loop })
      if (step.type === 'LOOP_ON_ITEMS')
        visit(step.firstLoopAction, `${scope}${step.name}/`, `${block}${step.name}/`, step.name)
      if (step.type === 'ROUTER')
        for (const [index, child] of step.children.entries())
          visit(child, scope, `${block}${step.name}:${index}/`, loop)
    }
  }
  visit(trigger.nextAction, '/', '/', undefined)

  const declared = (loop: string | undefined): string[] => [...early].filter((name) => places.get(name)?.loop === loop)

  return {
    /** Notes that a step reads others. */
    mention(reader: string, names: ReadonlySet<string>): void {
      const at = places.get(reader)
      for (const name of names) {
        const place = places.get(name)
        if (!at || !place) continue
        if (!at.scope.startsWith(place.scope)) unseen.add(name)
        else if (place.order >= at.order || !at.block.startsWith(place.block)) early.add(name)
      }
    },
    isDeclaredBefore: (name: string): boolean => early.has(name),
    declaredIn: (loop: string): string[] => declared(loop),
    declaredAtTop: (): string[] => [...declared(undefined), ...unseen],
  }
}
