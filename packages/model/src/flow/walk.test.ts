import { expect, it } from 'vitest'
import { code, flow, loop, router } from './testing.ts'
import { chainOf, depthOf, enclosing, unusedNames, walk, walkInside } from './walk.ts'

const { trigger } = flow(loop('l', [code('a'), router('r', [[code('b')], [code('c')]])]), code('z'))
const namesIn = (steps: Iterable<{ name: string }>) => [...steps].map((step) => step.name).join(' ')

it('walks in reading order, whole or inside one step', () => {
  expect(namesIn(walk(trigger))).toBe('trigger l a r b c z')
  const [, first] = walk(trigger)
  expect(first && namesIn(walkInside(first))).toBe('l a r b c')
  expect(namesIn(chainOf(trigger.nextAction))).toBe('l z')
  expect(depthOf(trigger)).toBe(5)
})

it('knows what is around a step', () => {
  expect(namesIn(enclosing(trigger, 'c') ?? [])).toBe('l r')
  expect(enclosing(trigger, 'z')).toEqual([])
  expect(enclosing(trigger, 'ghost')).toBeUndefined()
})

it('gives out the lowest free step names', () => {
  const next = unusedNames(new Set(['trigger', 'step_1', 'step_3']))
  expect([next(), next(), next()]).toEqual(['step_2', 'step_4', 'step_5'])
})
