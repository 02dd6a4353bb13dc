import { expect, test } from 'vitest'
import { parseAutomationsSearch, requestOf, sortedBy } from './automations-search.ts'

test('what the address does not know of is left out', () => {
  expect(parseAutomationsSearch({ name: 42, status: 'SOMETHING', size: '50', sort: 'owner', connection: 'a' })).toEqual(
    {
      name: '42',
      size: 50,
      connection: ['a'],
    },
  )
})

test('without filters, the list has what is in no folder; with one, everything that fits', () => {
  expect(requestOf({}, 'p')).toEqual({
    projectId: 'p',
    sort: 'updated',
    direction: 'desc',
    limit: 25,
    folderId: 'NULL',
  })
  expect(requestOf({ name: 'order' }, 'p')).not.toHaveProperty('folderId')
  expect(requestOf({ folder: 'f' }, 'p')).toMatchObject({ folderId: 'f' })
  expect(requestOf({ folder: 'none', status: 'ENABLED' }, 'p')).toMatchObject({ folderId: 'NULL', status: ['ENABLED'] })
})

test('a click on a column sorts by it, another one turns it around', () => {
  expect(sortedBy({}, 'name')).toEqual({ sort: 'name', direction: 'asc' })
  expect(sortedBy({ sort: 'name' }, 'name')).toEqual({ sort: 'name', direction: 'desc' })
  expect(sortedBy({}, 'updated')).toEqual({ sort: 'updated', direction: 'asc' })
})
