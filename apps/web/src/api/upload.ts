import { type Client, createClient } from '@piecework/sdk'
import { currentSession } from './session.ts'

/** Uploads of large files over slow lines take long. */
const TIMEOUT_MS = 900_000

/** A client whose forms tell how much of them is sent. @param onProgress takes the share, from 0 to 1 */
export const uploadClient = (onProgress: (share: number) => void): Client =>
  createClient({
    url: '/api',
    token: () => currentSession()?.token,
    timeoutMs: TIMEOUT_MS,
    fetch: (input, init) =>
      init?.body instanceof FormData ? send(String(input), init, init.body, onProgress) : fetch(input, init),
  })

/** `fetch` does not tell how far an upload is. */
function send(
  address: string,
  { method = 'POST', headers, signal }: RequestInit,
  form: FormData,
  onProgress: (share: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(method, address)
    new Headers(headers).forEach((value, name) => {
      request.setRequestHeader(name, value)
    })
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total)
    request.onerror = () => reject(new TypeError('No answer came'))
    request.onload = () => {
      const given = ['x-request-id', 'retry-after'].map((name) => [name, request.getResponseHeader(name)] as const)
      const known = given.flatMap(([name, value]) => (value === null ? [] : [[name, value] satisfies [string, string]]))
      resolve(new Response(request.responseText || null, { status: request.status, headers: known }))
    }
    signal?.addEventListener('abort', () => {
      request.abort()
      reject(signal.reason)
    })
    request.send(form)
  })
}
