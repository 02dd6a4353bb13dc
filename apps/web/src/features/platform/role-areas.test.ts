import { expect, test } from 'vitest'
import { levelOf, withLevel } from './role-areas.ts'

test('a level of an area is what the permissions say, and changing one leaves the others', () => {
  const viewer = withLevel(withLevel(['READ_TABLE'], 'flows', 'read'), 'runs', 'write')
  expect(levelOf(viewer, 'flows')).toBe('read')
  expect(levelOf(viewer, 'runs')).toBe('write')
  expect(levelOf(viewer, 'connections')).toBe('none')
  expect(viewer).toContain('READ_TABLE')
  expect(levelOf(withLevel(viewer, 'runs', 'none'), 'runs')).toBe('none')
})

test('who publishes flows reads them, and who does not read them does not publish them', () => {
  const publisher = withLevel([], 'publishing', 'write')
  expect(levelOf(publisher, 'flows')).toBe('read')
  expect(levelOf(withLevel(publisher, 'flows', 'none'), 'publishing')).toBe('none')
})
