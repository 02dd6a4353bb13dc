import {
  type Authentication,
  BODY_TYPES,
  bodyPropsFor,
  createAction,
  HttpError,
  type HttpHeaders,
  type HttpRequest,
  httpClient,
  type InputPropertyMap,
  isMap,
  Property,
  requestBodyOf,
} from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { methodProperty, proxyProps, proxyUrl, queryMap, textMap } from '../../common/http-request.ts'
import { options } from '../../common/options.ts'

const ATTEMPTS = 3
/** JSON rather than anything else, and anything rather than a refusal. */
const ACCEPTED = 'application/json, text/plain, */*'

/** The failure modes: each says whether an error is worth another attempt, and whether it is an output. */
const FAILURE_MODES: Record<string, { again(status: number): boolean; asOutput(status: number): boolean }> = {
  retry_all: { again: () => true, asOutput: () => false },
  retry_5xx: { again: (status) => status >= 500, asOutput: (status) => status < 500 },
  retry_none: { again: () => false, asOutput: () => false },
  continue_all: { again: () => false, asOutput: () => true },
  continue_4xx: { again: (status) => status >= 500, asOutput: (status) => status >= 400 && status < 500 },
  continue_none: { again: () => false, asOutput: () => false },
}

export const sendRequest = createAction({
  name: 'send_request',
  displayName: 'Send HTTP request',
  description: 'Calls a URL and returns its answer',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    method: methodProperty(),
    url: Property.ShortText({ displayName: 'URL', required: true }),
    headers: Property.Object({ displayName: 'Headers', required: true }),
    queryParams: Property.Object({ displayName: 'Query params', required: true }),
    authType: Property.StaticDropdown<string, true>({
      displayName: 'Authentication',
      required: true,
      defaultValue: 'NONE',
      options: options({ NONE: 'None', BASIC: 'Basic Auth', BEARER_TOKEN: 'Bearer Token' }),
    }),
    authFields: Property.DynamicProperties({
      displayName: 'Authentication Fields',
      required: false,
      refreshers: ['authType'],
      async props({ authType }): Promise<InputPropertyMap> {
        if (authType === 'BEARER_TOKEN') return { token: Property.ShortText({ displayName: 'Token', required: true }) }
        if (authType !== 'BASIC') return {}
        return {
          username: Property.ShortText({ displayName: 'Username', required: true }),
          password: Property.ShortText({ displayName: 'Password', required: true }),
        }
      },
    }),
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
      props: ({ body_type }) => bodyPropsFor(body_type),
    }),
    response_is_binary: Property.Checkbox({
      displayName: 'Response is Binary',
      description: 'Switch on for files like PDFs and images; the body is then base64 text',
      required: false,
      defaultValue: false,
    }),
    ...proxyProps,
    timeout: Property.Number({
      displayName: 'Timeout (in seconds)',
      description: 'How long to wait for the answer; empty for no limit',
      required: false,
    }),
    followRedirects: Property.Checkbox({ displayName: 'Follow redirects', required: false, defaultValue: false }),
    failureMode: Property.StaticDropdown({
      displayName: 'On Failure',
      required: false,
      defaultValue: 'continue_none',
      options: options({
        retry_all: 'Retry on all errors (4xx, 5xx)',
        retry_5xx: 'Retry on internal errors (5xx)',
        retry_none: 'Do not retry',
        continue_all: 'Continue flow on all errors',
        continue_4xx: 'Continue flow on 4xx errors',
        continue_none: 'Do not continue (stop the flow)',
      }),
    }),
  },
  async run({ propsValue }) {
    const content = requestBodyOf(propsValue.body_type, propsValue.body)
    const request: HttpRequest = {
      method: propsValue.method,
      url: propsValue.url.trim(),
      headers: withDefaults({ ...content.headers }, textMap(propsValue.headers)),
      queryParams: queryMap(propsValue.queryParams),
      authentication: authenticationOf(propsValue.authType, propsValue.authFields),
      body: content.body,
      timeout: propsValue.timeout ? propsValue.timeout * 1000 : undefined,
      followRedirects: propsValue.followRedirects === true,
      responseType: propsValue.response_is_binary ? 'arraybuffer' : 'json',
      proxy: proxyUrl(propsValue),
    }
    return sendByMode(request, propsValue.failureMode)
  },
})

/** A header that the author typed wins over a default, in any case of letters. */
function withDefaults(defaults: HttpHeaders, typed: Record<string, string>): HttpHeaders {
  const names = new Set(Object.keys(typed).map((name) => name.toLowerCase()))
  const usual = Object.entries({ Accept: ACCEPTED, ...defaults }).filter(([name]) => !names.has(name.toLowerCase()))
  return { ...Object.fromEntries(usual), ...typed }
}

async function sendByMode(request: HttpRequest, name: string | undefined): Promise<unknown> {
  const mode = FAILURE_MODES[name ?? ''] ?? FAILURE_MODES.continue_none
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await call(request)
      return Buffer.isBuffer(response.body) ? { ...response, body: response.body.toString('base64') } : response
    } catch (error) {
      if (!(error instanceof HttpError) || mode === undefined) throw error
      const { status, body } = error.response
      if (mode.asOutput(status)) return error.errorMessage()
      // No other attempt makes a URL of what is none.
      if (attempt < ATTEMPTS && mode.again(status) && URL.canParse(request.url)) continue
      // Nobody answered: the status stands in the contract of errors alone.
      throw error.response.isAnswer ? error : new Error(String(body), { cause: error })
    }
  }
}

/** @throws HttpError also for a URL that is none, so that failure modes are about it, too. */
async function call(request: HttpRequest) {
  if (!/^https?:$/.test(URL.parse(request.url)?.protocol ?? ''))
    throw new HttpError(request.body, { status: 500, body: `Not a URL of the web: ${request.url}`, isAnswer: false })
  return httpClient.sendRequest(request)
}

function authenticationOf(type: string, input: unknown): Authentication | undefined {
  const fields = isMap(input) ? input : {}
  if (type === 'BEARER_TOKEN') return { type, token: String(fields.token ?? '') }
  if (type !== 'BASIC') return undefined
  return { type, username: String(fields.username ?? ''), password: String(fields.password ?? '') }
}
