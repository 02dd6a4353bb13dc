import { createAction, HttpError, HttpMethod, httpClient, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { methodProperty, proxyProps, proxyUrl, textMap } from '../common/http-request.ts'

const sendRequest = createAction({
  name: 'send_request',
  displayName: 'Send GraphQL request',
  description: 'Sends a query or mutation and returns the answer',
  errorHandlingOptions: { continueOnFailure: { hide: true }, retryOnFailure: { defaultValue: true } },
  props: {
    method: methodProperty(HttpMethod.POST),
    url: Property.ShortText({ displayName: 'URL', required: true }),
    queryParams: Property.Object({ displayName: 'Query params', required: true }),
    headers: Property.Object({ displayName: 'Headers', required: true }),
    query: Property.LongText({ displayName: 'Query', required: true }),
    variables: Property.Json({ displayName: 'Variables', required: false }),
    ...proxyProps,
    timeout: Property.Number({ displayName: 'Timeout (in seconds)', required: false }),
    failsafe: Property.Checkbox({
      displayName: 'No Error On Failure',
      description: 'Return the error instead of failing',
      required: false,
    }),
  },
  async run({ propsValue }) {
    if (!URL.canParse(propsValue.url)) throw new Error(`Not a URL: ${propsValue.url}`)
    const proxy = proxyUrl(propsValue)
    try {
      const response = await httpClient.sendRequest({
        method: propsValue.method,
        url: propsValue.url,
        queryParams: textMap(propsValue.queryParams),
        headers: textMap(propsValue.headers),
        body: { query: propsValue.query, variables: propsValue.variables },
        timeout: propsValue.timeout ? propsValue.timeout * 1000 : undefined,
        proxy,
      })
      return proxy === undefined ? response : response.body
    } catch (error) {
      if (propsValue.failsafe && error instanceof HttpError) return error.errorMessage()
      throw error
    }
  },
})

export const graphql = corePiece({
  displayName: 'GraphQL',
  description: 'Send GraphQL requests',
  logo: { color: '#a21caf', drawing: '<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 3 4 16.5h16z"/>' },
  actions: [sendRequest],
})
