import { createAction, Property } from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { keyProps, type Place, placeOf, scopeProps, testPlaceOf } from '../scope.ts'

/** The actions on a single value. */

const valueProps = { value: Property.ShortText({ displayName: 'Value', required: true }) }

export const get = createAction({
  name: 'get',
  displayName: 'Get',
  description: 'Reads a value',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    ...keyProps,
    defaultValue: Property.ShortText({ displayName: 'Default Value', required: false }),
    ...scopeProps,
  },
  run: async (context) => read(placeOf(context), context.propsValue),
  test: async (context) => read(testPlaceOf(context), context.propsValue),
})

export const put = createAction({
  name: 'put',
  displayName: 'Put',
  description: 'Stores a value',
  errorHandlingOptions: errorHandlingHidden,
  props: { ...keyProps, ...valueProps, ...scopeProps },
  run: async (context) => write(placeOf(context), context.propsValue),
  test: async (context) => write(testPlaceOf(context), context.propsValue),
})

export const append = createAction({
  name: 'append',
  displayName: 'Append',
  description: 'Adds text to a stored text',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    ...keyProps,
    ...valueProps,
    separator: Property.ShortText({
      displayName: 'Separator',
      description: 'Goes between the added texts; write \\n for a new line',
      required: false,
    }),
    ...scopeProps,
  },
  run: async (context) => extend(placeOf(context), context.propsValue),
  test: async (context) => extend(testPlaceOf(context), context.propsValue),
})

export const removeValue = createAction({
  name: 'remove_value',
  displayName: 'Remove',
  description: 'Removes a value',
  errorHandlingOptions: errorHandlingHidden,
  props: { ...keyProps, ...scopeProps },
  run: async (context) => remove(placeOf(context)),
  test: async (context) => remove(testPlaceOf(context)),
})

async function read(place: Place, values: { defaultValue?: string | undefined }): Promise<unknown> {
  return (await place.get()) ?? values.defaultValue
}

async function write(place: Place, values: { value: string }): Promise<string> {
  await place.put(values.value)
  return values.value
}

async function extend(place: Place, values: { value: string; separator?: string | undefined }): Promise<string> {
  const stored = (await place.get()) ?? ''
  if (typeof stored !== 'string') throw new Error('The stored value is not a text.')
  const separator = (values.separator ?? '').replaceAll('\\n', '\n')
  const text = stored === '' ? values.value : stored + separator + values.value
  await place.put(text)
  return text
}

async function remove(place: Place): Promise<{ success: true }> {
  await place.remove()
  return { success: true }
}
