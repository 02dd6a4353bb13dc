import { expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import { isUsableStepName } from './step-name.ts'
import { code, flow, operate, stepOf } from './testing.ts'

const add = (name: string) =>
  operate(flow(), 'ADD_ACTION', {
    parentStep: 'trigger',
    action: { type: 'CODE', name, displayName: name, settings: code(name).settings },
  })

it.each([
  'JSON',
  'Math',
  'Object',
  'String',
  'connections',
  'variables',
  'trigger',
  '__proto__',
  'constructor',
  'true',
])('a new step cannot be named %s', (name) => {
  expect(isUsableStepName(name)).toBe(false)
  expect(() => add(name)).toThrow(AppError)
})

it.each(['step_1', 'json', 'class', 'in', 'Trigger', 'data', 'name'])('a new step may be named %s', (name) => {
  expect(stepOf(add(name), name).name).toBe(name)
})

it('a trigger keeps its name, and gets no unusable one', () => {
  const rename = (name: string) =>
    operate(flow(), 'UPDATE_TRIGGER', { type: 'EMPTY', name, displayName: 'Trigger', settings: {} })
  expect(rename('trigger').trigger.name).toBe('trigger')
  expect(rename('start').trigger.name).toBe('start')
  expect(() => rename('JSON')).toThrow(/cannot be named JSON/)
})

it('steps that were named so before keep their name when they are edited', () => {
  const version = flow(code('JSON'))
  const { settings } = code('JSON', { a: 1 })
  const changed = operate(version, 'UPDATE_ACTION', { type: 'CODE', name: 'JSON', displayName: 'x', settings })
  expect(stepOf(changed, 'JSON').displayName).toBe('x')
})
