import { PassThrough, Readable } from 'node:stream'
import { parseJson } from '@piecework/model/parse-json'
import { FormData as UndiciFormData } from 'undici'
import { isMap } from '../guards.ts'
import type { HttpHeaders, HttpRequest } from './http-types.ts'
import type { TypedHeaders } from './typed-headers.ts'

/** A body as the transport takes it. */
export type WireBody = string | Uint8Array | UndiciFormData | Readable | null

/**
 * The body of a request and the headers that go with it.
 * A map becomes JSON, unless the Content-Type asks for a form; text and bytes go as they are.
 */
export function encodeBody(request: HttpRequest<unknown>, headers: TypedHeaders): WireBody {
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
  if (typeof body === 'string') return isJson(headers) && parseJson(body) === undefined ? JSON.stringify(body) : body
  const stream = streamOf(body, headers)
  if (stream !== undefined) return stream
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

const isJson = (headers: TypedHeaders): boolean => headers.get('content-type')?.startsWith('application/json') ?? false

/**
 * A body that is a stream. The forms of the package `form-data` are streams of an older kind, which say themselves
 * what their headers are.
 */
function streamOf(body: object, headers: TypedHeaders): Readable | undefined {
  if (body instanceof Readable) return body
  const pipe: unknown = Reflect.get(body, 'pipe')
  if (typeof pipe !== 'function') return undefined
  const getHeaders: unknown = Reflect.get(body, 'getHeaders')
  const own: unknown = typeof getHeaders === 'function' ? Reflect.apply(getHeaders, body, []) : {}
  for (const [name, value] of Object.entries(Object(own))) headers.set(name, String(value))
  const stream = new PassThrough()
  const on: unknown = Reflect.get(body, 'on')
  if (typeof on === 'function') Reflect.apply(on, body, ['error', (error: Error) => stream.destroy(error)])
  Reflect.apply(pipe, body, [stream])
  return stream
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
