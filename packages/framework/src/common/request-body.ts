import { mimeTypeOf } from '@piecework/model/mime-types'
import { parseJson } from '@piecework/model/parse-json'
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
    // The Content-Type that goes with it decides how it is written: a form, where it asks for one.
    return { body: data, headers: {} }
  }
  return { body: formOf(data), headers: {} }
}

/** Older versions kept a map of names to values where the newer ones have a list of fields. */
function formOf(data: unknown): FormData {
  const form = new FormData()
  if (isMap(data)) {
    for (const [name, value] of Object.entries(data))
      for (const item of Array.isArray(value) ? value : [value]) appendTo(form, name, item)
    return form
  }
  if (!Array.isArray(data)) throw new Error('Form data must be a list of fields.')
  for (const field of data) {
    if (!isMap(field) || typeof field.fieldName !== 'string' || field.fieldName === '')
      throw new Error('Every form field needs a name.')
    const { fieldName, fieldType, fileFieldValue, textFieldValue } = field
    if (fieldType !== 'file') appendTo(form, fieldName, textFieldValue ?? '')
    // Nothing was chosen. Null stands for a file that was given and cannot be had.
    else if (fileFieldValue === undefined || fileFieldValue === '') continue
    else if (isApFile(fileFieldValue)) appendTo(form, fieldName, fileFieldValue)
    else
      throw new Error(
        `The file of the form field "${fieldName}" cannot be read: it is no URL that answers, and no data URI.`,
      )
  }
  return form
}

function appendTo(form: FormData, name: string, value: unknown): void {
  if (isApFile(value)) {
    const type = mimeTypeOf(value.filename)
    form.append(name, new Blob([new Uint8Array(value.data)], { type }), value.filename)
  } else if (!isNil(value)) form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
}

/** Users often enter JSON as raw text, and services expect its media type. */
function isJson(data: unknown): boolean {
  return typeof data === 'string' && /^\s*[[{]/.test(data) && parseJson(data) !== undefined
}
