import { type InputPropertyMap, isMap, Property } from '@piecework/framework'
import { options } from '../common/options.ts'

/** Data goes between flows as a list of fields (simple) or as JSON (advanced). */

export const modeProperty = Property.StaticDropdown<string, true>({
  displayName: 'Mode',
  description: 'Simple for fields and values, advanced for JSON',
  required: true,
  defaultValue: 'simple',
  options: options({ simple: 'Simple', advanced: 'Advanced' }),
})

/** The one property that holds the data. */
export function dataProperty(mode: unknown, name: string, displayName: string, example?: unknown): InputPropertyMap {
  if (mode === 'advanced') {
    const defaultValue = typeof example === 'object' && example !== null ? example : undefined
    return { [name]: Property.Json({ displayName, required: true, ...(defaultValue ? { defaultValue } : {}) }) }
  }
  const defaultValue = isMap(example) ? example : undefined
  return { [name]: Property.Object({ displayName, required: true, ...(defaultValue ? { defaultValue } : {}) }) }
}

/** The key under which a called run keeps the URL that its caller waits at. */
export const callbackKey = (runId: string) => `callableFlow_${runId}`

/** A test shows this in place of a URL, because nobody waits there. */
export const MOCK_CALLBACK = 'MOCK'
