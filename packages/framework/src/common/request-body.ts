import { isMap, isNil } from '../guards.ts'
import { isApFile } from '../property/file.ts'
import { Property } from '../property/property.ts'
import type { InputPropertyMap } from '../property/types.ts'
import type { HttpHeaders } from './http-types.ts'

/** The body of a request that an author puts together in the builder: shared by all actions that send one. */

export const BODY_TYPES = [
  { label: 'None', value: 'none' },
  { label: 'JSON', value: 'json' },
  { label: 'Form Data', value: 'form_data' },
  { label: 'Raw', value: 'raw' },
]

/** The property that `body_type` asks for. @param json what a piece says differently of a JSON body */
export async function bodyPropsFor(bodyType: unknown, json: object = {}): Promise<InputPropertyMap> {
  if (bodyType === 'json') return { data: Property.Json({ displayName: 'JSON Body', required: true, ...json }) }
  if (bodyType === 'raw') return { data: Property.LongText({ displayName: 'Raw Body', required: true }) }
  if (bodyType !== 'form_data') return {}
  return {
    data: Property.Array({
      displayName: 'Form Data',
      required: true,
      properties: {
        fieldName: Property.ShortText({ displayName: 'Field Name', required: true }),
        fieldType: Property.StaticDropdown({
          displayName: 'Field Type',
          required: true,
          options: {
            options: [
              { label: 'Text', value: 'text' },
              { label: 'File', value: 'file' },
            ],
          },
        }),
        textFieldValue: Property.LongText({ displayName: 'Text Field Value', required: false }),
        fileFieldValue: Property.File({ displayName: 'File Field Value', required: false }),
      },
    }),
  }
}

/**
 * The body to send for what the author entered, with the headers it needs.
 * @throws when a form field has no name, or JSON text does not parse.
 */
export function requestBodyOf(
  bodyType: string | null | undefined,
  input: unknown,
): { body?: unknown; headers: HttpHeaders } {
  // Steps from before there were types of body hold the body itself.
  if (isNil(bodyType) || bodyType === '') return isNil(input) ? { headers: {} } : { body: input, headers: {} }
  const data = isMap(input) ? input.data : undefined
  if (bodyType === 'none' || isNil(data)) return { headers: {} }
  if (bodyType === 'raw')
    return { body: data, headers: { 'content-type': isJson(data) ? 'application/json' : 'text/plain' } }
  if (bodyType === 'json') {
    return { body: typeof data === 'string' ? data : JSON.stringify(data), headers: {} }
  }
  if (!Array.isArray(data)) throw new Error('Form data must be a list of fields.')
  const form = new FormData()
  for (const field of data) {
    if (!isMap(field) || typeof field.fieldName !== 'string' || field.fieldName === '') {
      throw new Error('Every form field needs a name.')
    }
    const file = field.fileFieldValue
    if (field.fieldType !== 'file') form.append(field.fieldName, String(field.textFieldValue ?? ''))
    else if (isApFile(file)) {
      form.append(field.fieldName, new Blob([new Uint8Array(file.data)]), file.filename)
    }
  }
  return { body: form, headers: {} }
}

/** Much of what is entered as raw text is JSON, and services want to be told so. */
function isJson(data: unknown): boolean {
  if (typeof data !== 'string' || !/^\s*[[{]/.test(data)) return false
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}
