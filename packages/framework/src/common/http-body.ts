import { FormData as UndiciFormData } from 'undici'
import { isMap } from '../guards.ts'
import type { HttpHeaders, HttpRequest } from './http-types.ts'

/** A body as the transport takes it. */
export type WireBody = string | Uint8Array | UndiciFormData | null

/**
 * The body of a request and the headers that go with it.
 * A map becomes JSON, unless the Content-Type asks for a form; text and bytes go as they are.
 */
export function encodeBody(request: HttpRequest<unknown>, headers: Headers): WireBody {
  const { body } = request
  if (body === undefined || body === null) return null
  if (body instanceof FormData || body instanceof UndiciFormData) {
    // Only the encoder knows the boundary.
    headers.delete('content-type')
    return copyForm(body)
  }
  if (body instanceof URLSearchParams) {
    if (!callerSetContentType(request.headers)) headers.set('content-type', 'application/x-www-form-urlencoded')
    return body.toString()
  }
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  if (typeof body === 'string') return body
  const contentType = headers.get('content-type') ?? ''
  if (isMap(body) && contentType.startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(flatten(body)).toString()
  }
  if (isMap(body) && contentType.startsWith('multipart/form-data')) {
    headers.delete('content-type')
    const form = new UndiciFormData()
    for (const [key, value] of Object.entries(body)) {
      if (value instanceof Uint8Array) form.append(key, new Blob([new Uint8Array(value)]), key)
      else for (const [name, text] of flatten({ [key]: value })) form.append(name, text)
    }
    return form
  }
  return JSON.stringify(body)
}

function callerSetContentType(headers: HttpHeaders | undefined): boolean {
  return Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'content-type')
}

/** The transport takes only forms of its own class. */
function copyForm(form: FormData | UndiciFormData): UndiciFormData {
  if (form instanceof UndiciFormData) return form
  const copy = new UndiciFormData()
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') copy.append(name, value)
    else copy.append(name, value, value.name)
  }
  return copy
}

/** Nested values in the bracket notation of forms: `a[b]=1`, `list[]=1`. */
function flatten(value: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, item]) => {
    const name = prefix === '' ? key : `${prefix}[${key}]`
    return flattenItem(name, item)
  })
}

function flattenItem(name: string, item: unknown): [string, string][] {
  if (item === undefined || item === null) return []
  if (Array.isArray(item)) return item.flatMap((entry) => flattenItem(`${name}[]`, entry))
  if (item instanceof Date) return [[name, item.toISOString()]]
  if (isMap(item)) return flatten(item, name)
  return [[name, String(item)]]
}
