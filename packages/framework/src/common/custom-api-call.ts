import { createAction, type IAction } from '../action.ts'
import type { Lax } from '../lax.ts'
import type { AnyAuth } from '../property/auth-types.ts'
import type { AuthValue } from '../property/auth-value.ts'
import { Property } from '../property/property.ts'
import type { InputPropertyMap } from '../property/types.ts'
import { httpClient } from './http-client.ts'
import { HttpError } from './http-error.ts'
import { type HttpHeaders, HttpMethod } from './http-types.ts'
import { BODY_TYPES, bodyPropsFor, requestBodyOf } from './request-body.ts'

interface Overrides {
  displayName?: string
  description?: string | undefined
  required?: boolean
  defaultValue?: Lax
  options?: Lax
}

export interface CustomApiCallParams<A extends AnyAuth> {
  auth?: A
  /** Prefix of relative URLs. */
  baseUrl(auth?: AuthValue<A>): string
  /** Headers, or query parameters as `authLocation` says, that carry the connection. */
  authMapping?(auth: AuthValue<A>, propsValue: Lax): Promise<Record<string, Lax>>
  description?: string | null
  displayName?: string | null
  name?: string | null
  props?: Partial<Record<'url' | 'method' | 'headers' | 'queryParams' | 'body' | 'failsafe' | 'timeout', Overrides>>
  extraProps?: InputPropertyMap
  authLocation?: 'headers' | 'queryParams'
}

/** An action that sends any request to the API of a piece, with the connection filled in. */
export function createCustomApiCallAction<A extends AnyAuth>(params: CustomApiCallParams<A>): IAction<A> {
  const { auth, props: overrides = {} } = params
  const props: InputPropertyMap = {
    url: Property.DynamicProperties<true, A>({
      displayName: '',
      required: true,
      refreshers: ['auth'],
      props: async (propsValue): Promise<InputPropertyMap> => ({
        url: Property.ShortText({
          displayName: 'URL',
          description:
            'A full URL, or a path that is added to the base URL, like https://example.com/things or /things',
          required: true,
          defaultValue: baseUrlOrEmpty(params, propsValue.auth),
          ...overrides.url,
        }),
      }),
    }),
    method: Property.StaticDropdown({
      displayName: 'Method',
      required: true,
      options: { options: Object.values(HttpMethod).map((method) => ({ label: method, value: method })) },
      ...overrides.method,
    }),
    headers: Property.Object({
      displayName: 'Headers',
      description: 'The headers of your connection are added for you.',
      required: true,
      ...overrides.headers,
    }),
    queryParams: Property.Object({ displayName: 'Query Parameters', required: true, ...overrides.queryParams }),
    body_type: Property.StaticDropdown({
      displayName: 'Body Type',
      required: false,
      defaultValue: 'none',
      options: { options: BODY_TYPES },
    }),
    body: Property.DynamicProperties({
      displayName: 'Body',
      required: false,
      refreshers: ['body_type'],
      props: ({ body_type }) => bodyPropsFor(body_type, overrides.body),
    }),
    response_is_binary: Property.Checkbox({
      displayName: 'Response is Binary',
      description: 'Switch on for files like PDFs and images.',
      required: false,
      defaultValue: false,
    }),
    failsafe: Property.Checkbox({ displayName: 'No Error on Failure', required: false, ...overrides.failsafe }),
    timeout: Property.Number({ displayName: 'Timeout (in seconds)', required: false, ...overrides.timeout }),
    followRedirects: Property.Checkbox({ displayName: 'Follow redirects', required: false, defaultValue: false }),
    ...params.extraProps,
  }
  const declaration = {
    name: params.name ?? 'custom_api_call',
    displayName: params.displayName ?? 'Custom API Call',
    description: params.description ?? 'Send any request to the API of this service',
    props,
    requireAuth: auth !== undefined,
  }
  return createAction<A, InputPropertyMap>({
    ...declaration,
    async run(context) {
      const input: Lax = context.propsValue
      const authFields = (await params.authMapping?.(context.auth, input)) ?? {}
      const inQuery = params.authLocation === 'queryParams'
      const content = requestBodyOf(input.body_type, input.body)
      try {
        const response = await httpClient.sendRequest({
          method: input.method,
          url: absoluteUrl(input.url?.url ?? '', () => params.baseUrl(context.auth)),
          headers: { ...content.headers, ...input.headers, ...(inQuery ? {} : authFields) },
          queryParams: { ...(inQuery ? authFields : {}), ...input.queryParams },
          body: content.body,
          timeout: input.timeout ? input.timeout * 1000 : undefined,
          followRedirects: input.followRedirects === true,
          responseType: input.response_is_binary ? 'arraybuffer' : 'json',
        })
        if (!input.response_is_binary) return response
        const data: Buffer = response.body
        const url = await context.files.write({ fileName: fileNameOf(response.headers), data })
        return { ...response, body: url }
      } catch (error) {
        if (input.failsafe && error instanceof HttpError) return error.errorMessage()
        throw error
      }
    },
  })
}

/** While the properties are drawn the connection may still be missing. */
function baseUrlOrEmpty<A extends AnyAuth>(params: CustomApiCallParams<A>, auth: AuthValue<A> | undefined): string {
  try {
    return params.baseUrl(auth)
  } catch {
    return ''
  }
}

function absoluteUrl(url: string, baseUrl: () => string): string {
  if (/^https?:\/\//i.test(url)) return url
  return `${baseUrl().replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`
}

function fileNameOf(headers: HttpHeaders | undefined): string {
  const type = headers?.['content-type']
  const subtype = /^[\w-]+\/([\w]+)/.exec(Array.isArray(type) ? (type[0] ?? '') : (type ?? ''))?.[1]
  return `output.${subtype === undefined || subtype === 'octet' ? 'bin' : subtype}`
}
