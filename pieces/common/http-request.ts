import { HttpMethod, type InputPropertyMap, isMap, Property } from '@piecework/framework'

/** Properties that every piece which sends requests of the author's own making has. */

export function methodProperty(defaultValue?: HttpMethod) {
  return Property.StaticDropdown<HttpMethod, true>({
    displayName: 'Method',
    required: true,
    options: { options: Object.values(HttpMethod).map((method) => ({ label: method, value: method })) },
    ...(defaultValue ? { defaultValue } : {}),
  })
}

export const proxyProps = {
  use_proxy: Property.Checkbox({
    displayName: 'Use Proxy',
    description: 'Send the request through a proxy',
    required: false,
    defaultValue: false,
  }),
  proxy_settings: Property.DynamicProperties({
    displayName: 'Proxy Settings',
    required: false,
    refreshers: ['use_proxy'],
    async props({ use_proxy }): Promise<InputPropertyMap> {
      if (!use_proxy) return {}
      return {
        proxy_host: Property.ShortText({ displayName: 'Proxy Host', required: true }),
        proxy_port: Property.Number({ displayName: 'Proxy Port', required: true }),
        proxy_username: Property.ShortText({ displayName: 'Proxy Username', required: false }),
        proxy_password: Property.ShortText({ displayName: 'Proxy Password', required: false }),
      }
    },
  }),
}

/**
 * The URL of the proxy to use, or undefined.
 * @throws when a proxy is asked for without a host or port.
 */
export function proxyUrl(values: { use_proxy?: boolean | undefined; proxy_settings?: unknown }): string | undefined {
  if (!values.use_proxy) return undefined
  const settings = isMap(values.proxy_settings) ? values.proxy_settings : {}
  const host = String(settings.proxy_host ?? '').trim()
  const port = Number(settings.proxy_port)
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error('The proxy needs a host and a port from 1 to 65535.')
  }
  const url = new URL(/^https?:\/\//i.test(host) ? host : `http://${host}`)
  url.port = String(port)
  if (settings.proxy_username) {
    url.username = encodeURIComponent(String(settings.proxy_username))
    url.password = encodeURIComponent(String(settings.proxy_password ?? ''))
  }
  return url.href
}

/** Header or query maps as the author entered them, with texts for values; empty names are left out. */
export function textMap(map: unknown): Record<string, string> {
  if (!isMap(map)) return {}
  const entries = Object.entries(map).filter(([name, value]) => name !== '' && value !== undefined && value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'string' ? value : text(value)]))
}

/** The same for a query: a list stands for a parameter that repeats. */
export function queryMap(map: unknown): Record<string, string | string[]> {
  if (!isMap(map)) return {}
  const lists = Object.entries(map).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const repeated = lists.map(([name, items]): [string, string[]] => [name, items.map(text)])
  return { ...textMap(map), ...Object.fromEntries(repeated) }
}

function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
