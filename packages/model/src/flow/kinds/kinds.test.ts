import { expect, test } from 'vitest'
import { type AnyStep, defineActionKind } from './kind.ts'
import { createStepKinds, kindOf, STEP_KINDS } from './registry.ts'

/** A step that runs what is inside of it again until a condition holds. */
interface Repeat extends AnyStep {
  type: 'REPEAT'
  settings: { until: string }
}

const repeat = defineActionKind<Repeat>('REPEAT', {
  make: ({ name }, settings) => ({ name, type: 'REPEAT', settings }),
  texts: ({ until }) => [until],
  changed: (settings, change) => ({ ...settings, until: change(settings.until) }),
  validate: ({ until }) => ({ valid: until !== '' }),
  problems: ({ until }) => (until === '' ? [{ field: 'until', message: 'is required' }] : []),
})

test('a kind of step is one object: it needs nothing but its place in the list', () => {
  const kinds = createStepKinds<AnyStep>([...STEP_KINDS, repeat])
  const base = { name: 'step_1', displayName: 'Repeat', valid: true, lastUpdatedDate: '' }
  const step = kinds({ type: 'REPEAT' }).make(base, { type: 'REPEAT', settings: { until: '{{trigger.done}}' } })
  const kind = kinds(step)
  const none = () => undefined
  expect([...kind.texts(step)]).toEqual(['{{trigger.done}}'])
  kind.changeTexts(step, (text) => text.replace('trigger', 'start'))
  expect(step.settings).toEqual({ until: '{{start.done}}' })
  expect(kind.validate(step, none)).toEqual({ valid: true })
  expect([...kind.problems({ ...step, settings: { until: '' } }, none)]).toEqual([
    { field: 'until', message: 'is required' },
  ])
  // Optional parts that it does not have are absent: it has no inner steps.
  expect([kind.heads(step), kind.slots(step)]).toEqual([[], []])
  expect([kind.piece(step), kind.code(step), kind.continuesOnFailure(step)]).toEqual([undefined, undefined, false])
  expect(kind.slotAt(step, { parentStep: 'step_1', location: 'INSIDE_LOOP', branchIndex: undefined })).toBeUndefined()
})

test('what is not listed is no step, and a kind takes its own steps alone', () => {
  expect(() => kindOf({ type: 'REPEAT' })).toThrow('There is no kind of step REPEAT')
  const step: AnyStep = { name: 'step_1', type: 'CODE', settings: {} }
  expect(() => repeat.texts(step)).toThrow('The kind REPEAT got a step of the type CODE')
})
