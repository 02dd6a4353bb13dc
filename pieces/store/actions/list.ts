import { isDeepStrictEqual } from 'node:util'
import { createAction, Property, parseToJsonIfPossible } from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { keyProps, type Place, placeOf, scopeProps, storedList, testPlaceOf } from '../scope.ts'

/** The actions on a stored list. */

export const addToList = createAction({
  name: 'add_to_list',
  displayName: 'Add To List',
  description: 'Adds items to a stored list',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    ...keyProps,
    value: Property.Array({ displayName: 'Value', required: true }),
    ignore_if_exists: Property.Checkbox({ displayName: 'Ignore if value exists', required: false }),
    ...scopeProps,
  },
  run: async (context) => add(placeOf(context), context.propsValue),
  test: async (context) => add(testPlaceOf(context), context.propsValue),
})

export const removeFromList = createAction({
  name: 'remove_from_list',
  displayName: 'Remove from List',
  description: 'Removes the first equal item from a stored list',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    ...keyProps,
    value: Property.ShortText({ displayName: 'Value', required: true }),
    ...scopeProps,
  },
  run: async (context) => removeFirst(placeOf(context), context.propsValue.value),
  test: async (context) => removeFirst(testPlaceOf(context), context.propsValue.value),
})

async function add(
  place: Place,
  values: { value: unknown[]; ignore_if_exists?: boolean | undefined },
): Promise<unknown[]> {
  const list = await storedList(place)
  for (const item of values.value) {
    const known = values.ignore_if_exists && list.some((stored) => isDeepStrictEqual(stored, item))
    if (!known) list.push(item)
  }
  await place.put(list)
  return list
}

async function removeFirst(place: Place, value: string): Promise<unknown[]> {
  const list = await storedList(place)
  // The value arrives as text, whatever was added.
  const candidates = [value, parseToJsonIfPossible(value)]
  const index = list.findIndex((item) => candidates.some((candidate) => isDeepStrictEqual(item, candidate)))
  if (index === -1) return list
  const rest = list.toSpliced(index, 1)
  await place.put(rest)
  return rest
}
