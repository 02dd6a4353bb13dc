import {
  type DynamicPropsValue,
  type InputPropertyMap,
  isMap,
  isNil,
  Property,
  parseToJsonIfPossible,
} from '@piecework/framework'
import { options } from '../common/options.ts'

/** The properties that both actions which answer a caller share. */
export const responseProps = {
  responseType: Property.StaticDropdown({
    displayName: 'Response Type',
    required: false,
    defaultValue: 'json',
    options: options({ json: 'JSON', raw: 'Raw', redirect: 'Redirect' }),
  }),
  fields: Property.DynamicProperties({
    displayName: 'Response',
    required: true,
    refreshers: ['responseType'],
    props: async ({ responseType }) => fieldsFor(responseType),
  }),
}

function fieldsFor(responseType: unknown): InputPropertyMap {
  const headers = Property.Object({ displayName: 'Headers', required: false })
  if (responseType === 'redirect') {
    return { headers, body: Property.LongText({ displayName: 'Redirect URL', required: true }) }
  }
  const body =
    responseType === 'raw'
      ? Property.LongText({ displayName: 'Raw Body', required: true })
      : Property.Json({ displayName: 'JSON Body', required: true })
  return { status: Property.Number({ displayName: 'Status', required: false, defaultValue: 200 }), headers, body }
}

export interface WebhookAnswer {
  status: number
  headers: Record<string, string>
  body?: unknown
}

/**
 * The HTTP answer for what the author entered.
 * @throws for a status that is none, and for a redirect without a URL.
 */
export function answerOf(responseType: string | undefined, fields: DynamicPropsValue): WebhookAnswer {
  const headers: Record<string, string> = {}
  if (isMap(fields.headers)) {
    for (const [name, value] of Object.entries(fields.headers))
      if (!isNil(value)) headers[name] = sendable(name, String(value))
  }
  if (responseType === 'redirect') {
    const url = String(fields.body ?? '').trim()
    if (url === '') throw new Error('The redirect needs a URL.')
    return { status: 301, headers: { ...headers, Location: /^https?:\/\//i.test(url) ? url : `https://${url}` } }
  }
  const status = isNil(fields.status) || fields.status === '' ? 200 : Number(fields.status)
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error(`The status must be a number from 200 to 599, received: ${fields.status}`)
  }
  // JSON may come as text that an expression has put together.
  return { status, headers, body: responseType === 'raw' ? fields.body : parseToJsonIfPossible(fields.body) }
}

/** @throws for what HTTP cannot carry: it would be left out of the answer */
function sendable(name: string, value: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new Error(`Not a name of an HTTP header: ${JSON.stringify(name)}`)
  const odd = /[^\t\x20-\x7e\x80-\xff]/.exec(value)?.[0]
  if (odd !== undefined)
    throw new Error(`The header ${name} holds a character that HTTP cannot carry: ${JSON.stringify(odd)}`)
  return value
}
