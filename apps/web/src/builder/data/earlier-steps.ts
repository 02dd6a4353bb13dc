import type { Step, Trigger } from '@piecework/model/flow/step'
import { chainOf, enclosing, nestedHeads } from '@piecework/model/flow/walk'
import { frameOf, shownKindOf } from '../steps/kinds/registry.ts'

/**
 * The steps whose output a step can use, nearest first: those before it, the loops around it, and what is in the
 * branches of earlier routers. What is in an earlier loop ended with its round.
 */
export function earlierSteps(trigger: Trigger, name: string): Step[] {
  if (trigger.name === name) return []
  const around = enclosing(trigger, name)
  if (!around) return []
  const found: Step[] = [trigger]
  let chains = [chainOf(trigger.nextAction)]
  for (const target of [...around.map((step) => step.name), name]) {
    for (const chain of chains) {
      const index = chain.findIndex((step) => step.name === target)
      if (index === -1) continue
      for (const step of chain.slice(0, index)) found.push(...withBranches(step))
      const here = chain[index]
      if (here && target !== name) {
        found.push(here)
        chains = nestedHeads(here).map(chainOf)
      }
      break
    }
  }
  return found.filter((step) => shownKindOf(step).hasOutput).toReversed()
}

function withBranches(step: Step): Step[] {
  if (frameOf(step)?.kind !== 'router') return [step]
  return [step, ...nestedHeads(step).flatMap((head) => chainOf(head).flatMap(withBranches))]
}
