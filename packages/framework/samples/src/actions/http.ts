import {
  AuthenticationType,
  createCustomApiCallAction,
  getAccessTokenOrThrow,
  HttpError,
  HttpMethod,
  type HttpRequest,
  httpClient,
  propsValidation,
} from '@activepieces/pieces-common'
import { createAction, Property } from '@activepieces/pieces-framework'
import { z } from 'zod'
import { keyAuth, oauthAuth, serverAuth } from '../auth'

export const search = createAction({
  auth: keyAuth,
  name: 'search',
  displayName: 'Search',
  description: 'Asks the app',
  props: {
    url: Property.ShortText({ displayName: 'URL', required: true }),
    limit: Property.Number({ displayName: 'Limit', required: true }),
  },
  async run({ auth, propsValue }) {
    await propsValidation.validateZod(propsValue, { limit: z.number().min(1).max(5, 'Five at most') })
    const request: HttpRequest = {
      method: HttpMethod.POST,
      url: propsValue.url,
      headers: { 'X-Key': auth.secret_text, Accept: ['application/json', 'text/plain'] },
      queryParams: { limit: String(propsValue.limit) },
      body: { text: 'x' },
      authentication: { type: AuthenticationType.BEARER_TOKEN, token: auth.secret_text },
      timeout: 5000,
      retries: 1,
      responseType: 'json',
      followRedirects: false,
    }
    try {
      const response = await httpClient.sendRequest<{ found: string[] }>(request)
      return { status: response.status, found: response.body.found, type: response.headers?.['content-type'] }
    } catch (error) {
      if (error instanceof HttpError) return { failed: error.response.status, why: error.errorMessage().response.body }
      throw error
    }
  },
})

export const whoAmI = createAction({
  auth: oauthAuth,
  name: 'who_am_i',
  displayName: 'Who am I',
  description: '',
  props: {},
  run: async ({ auth }) => [getAccessTokenOrThrow(auth), auth.data.team, auth.props?.region],
})

export const customApiCall = createCustomApiCallAction({
  auth: serverAuth,
  baseUrl: (auth) => `${auth?.props.baseUrl}/v1`,
  authMapping: async (auth, propsValue) => ({
    Authorization: `Basic ${auth.props.region}:${auth.props.token}`,
    'X-Tenant': String(propsValue.tenant),
  }),
  authLocation: 'headers',
  description: 'Anything else',
  displayName: 'Any request',
  name: 'any_request',
  props: {
    url: { description: 'A path' },
    method: { defaultValue: HttpMethod.GET },
    headers: { description: 'More headers' },
    queryParams: { description: 'More of the query' },
    body: { description: 'What to send' },
    failsafe: { defaultValue: true },
    timeout: { defaultValue: 10 },
  },
  extraProps: { tenant: Property.ShortText({ displayName: 'Tenant', required: true }) },
})
