import { expect, test } from 'vitest'
import { evaluateText, type Sample } from './evaluate.ts'
import { pathText, readReference, writeReference } from './reference.ts'

const ORDER = {
  id: '10482',
  "it's": 1,
  paid: true,
  lines: [
    { sku: 'HG-1042', price: 14.5, tags: ['a', 'b'] },
    { sku: 'HG-7', price: 2 },
  ],
}
const samples = (step: string): Sample | undefined =>
  step === 'trigger' ? { isKnown: true, value: { body: ORDER } } : step === 'step_9' ? { isKnown: false } : undefined
const value = (text: string): unknown => {
  const result = evaluateText(text, samples)
  return result.kind === 'value' ? result.value : result.kind
}

test('a lone expression keeps its type, among other words it becomes text', () => {
  expect(value("{{trigger['body'].lines[0].price}}")).toBe(14.5)
  expect(value("Line {{trigger['body']['lines'][0]['sku']}} costs {{trigger.body.lines[0].price}}")).toBe(
    'Line HG-1042 costs 14.5',
  )
  expect(value('{{trigger.body.lines[1]}} and {{trigger.body.nothing}}.')).toBe('{"sku":"HG-7","price":2} and .')
  expect(value('{{ trigger.body.nothing }}')).toBe('')
  expect(value('no expression')).toBe('no expression')
})

test('every item of a list gives a list, and with words around a list of texts', () => {
  expect(value("{{flattenNestedKeys(trigger, ['body', 'lines', 'sku'])}}")).toEqual(['HG-1042', 'HG-7'])
  expect(value("{{flattenNestedKeys(trigger, ['body', 'lines', 'sku'])}} of {{trigger.body.id}}")).toEqual([
    'HG-1042 of 10482',
    'HG-7 of 10482',
  ])
})

test('simple operators are worked out, what needs a run says so', () => {
  expect(value('{{trigger.body.lines[0].price * 2 + 1}}')).toBe(30)
  expect(value("{{trigger.body.paid ? 'paid' : 'open'}}")).toBe('paid')
  expect(value("{{trigger.body?.name ?? 'nobody'}}")).toBe('nobody')
  expect(value('{{trigger.body.lines.length}}')).toBe(2)
  expect(value('{{trigger.body.id.toUpperCase()}}')).toBe('runs')
  expect(value('{{Math.max(1, 2)}}')).toBe('runs')
  expect(value("{{connections['mail']}}")).toBe('runs')
})

test('an untested step and broken expressions are named', () => {
  expect(evaluateText('{{step_9.body}}', samples)).toEqual({ kind: 'untested', step: 'step_9' })
  expect(evaluateText('a {{trigger.body.}}', samples)).toEqual({ kind: 'broken', token: 'trigger.body.' })
})

test('references are read in each notation and written in one', () => {
  const path = ['body', 'lines', 0, "it's"]
  const text = writeReference({ step: 'trigger', path, isEach: false })
  expect(text).toBe("trigger['body']['lines'][0]['it\\'s']")
  expect(readReference(text)).toEqual({ step: 'trigger', path, isEach: false })
  expect(readReference('step_1.a?.b["c d"]')).toEqual({ step: 'step_1', path: ['a', 'b', 'c d'], isEach: false })
  expect(readReference('step_1[step_2.x]')).toBeUndefined()
  expect(readReference('step_1.a + 1')).toBeUndefined()
  const each = writeReference({ step: 'step_1', path: ['lines', 0, 'sku'], isEach: true })
  expect(each).toBe("flattenNestedKeys(step_1, ['lines', 'sku'])")
  expect(readReference(each)).toEqual({ step: 'step_1', path: ['lines', 'sku'], isEach: true })
})

test('paths read as people write them', () => {
  expect(pathText(['body', 'lines', 0, 'unit price'])).toBe('body.lines[0]["unit price"]')
})
