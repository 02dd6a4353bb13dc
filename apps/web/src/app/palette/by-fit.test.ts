import { expect, test } from 'vitest'
import { byFit } from './by-fit.ts'

const labels = (...names: string[]) => names.map((label) => ({ label }))

test('what is called like the words comes before what only has them', () => {
  const items = labels('New destination', 'Destinations', 'Set destination', 'destination')
  expect(byFit(items, 'Destination')).toEqual(
    labels('destination', 'Destinations', 'New destination', 'Set destination'),
  )
})
