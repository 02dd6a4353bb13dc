import { expect, test } from 'vitest'
import { z } from 'zod'
import * as sdk from './index.ts'

// The names that pieces import from the published packages; samples.test.ts tests the types.
const FUNCTIONS = `createPiece createAction createTrigger createMockActionContext getAuthPropertyForValue Piece IAction ITrigger
  ApFile createCustomApiCallAction getAccessTokenOrThrow is_chromium_installed AxiosHttpClient BaseHttpClient
  DelegatingAuthenticationConverter HttpError isNil isEmpty isString isObject assertNotNullOrUndefined tryCatch`
const OBJECTS = `Property PieceAuth PropertyType OAuth2AuthorizationMethod TriggerStrategy WebhookRenewStrategy StoreScope
  ContextVersion pieceTranslation piecePropertiesUtils backwardCompatabilityContextUtils httpClient HttpMethod HttpHeader
  MediaType AuthenticationType DedupeStrategy pollingHelper propsValidation PieceCategory MarkdownVariant ExecutionType
  PauseType AppConnectionType OAuth2GrantType WebhookHandshakeStrategy`
const SCHEMAS = `ErrorHandlingOptionsParam DropdownProperty MultiSelectDropdownProperty DynamicProperties DynamicProp
  DynamicPropsValue DropdownOption DropdownState OAuth2PropertyValue PieceAuthProperty ShortTextProperty ArrayProperty
  ArraySubProps BasePropertySchema CheckboxProperty DateTimeProperty LongTextProperty NumberProperty ObjectProperty
  OAuth2Props BasicAuthPropertyValue StaticMultiSelectDropdownProperty StaticDropdownProperty OAuth2Property FileProperty
  BasicAuthProperty SecretTextProperty CustomAuthProperty CustomAuthProps JsonProperty PieceProperty CustomProperty
  PiecePropertyMap InputPropertyMap WebhookRenewConfiguration PieceBase ActionBase TriggerBase PieceMetadata
  PieceMetadataSummary PieceMetadataModel PieceMetadataModelSummary PiecePackageInformation`
const named = (names: string) => names.split(/\s+/).map((name): [string, unknown] => [name, Reflect.get(sdk, name)])

test('everything that pieces import is there', () => {
  for (const [name, value] of named(FUNCTIONS)) expect(value, name).toBeTypeOf('function')
  for (const [name, value] of named(OBJECTS)) expect(value, name).toBeTypeOf('object')
  for (const [name, value] of named(SCHEMAS)) expect(value, name).toBeInstanceOf(z.ZodType)
  expect([sdk.DEDUPE_KEY_PROPERTY, sdk.DEFAULT_CONNECTION_DISPLAY_NAME, sdk.LATEST_CONTEXT_VERSION]).toEqual([
    '_dedupe_key',
    'Connection',
    '2',
  ])
})

test('the schemas take what the factories make', () => {
  const { Property, PieceAuth } = sdk
  const options = { options: [{ label: 'One', value: 1 }] }
  const props = {
    text: Property.ShortText({ displayName: 'T', required: true }),
    note: Property.MarkDown({ value: 'x' }),
    choice: Property.StaticDropdown({ displayName: 'C', required: false, options }),
    rows: Property.Array({
      displayName: 'R',
      required: true,
      properties: { n: Property.Number({ displayName: 'N', required: true }) },
    }),
    drawn: Property.Custom({ displayName: 'D', required: false, code: () => {} }),
  }
  expect(sdk.InputPropertyMap.safeParse(props).success).toBe(true)
  expect(sdk.InputPropertyMap.safeParse({ text: { type: 'SHORT_TEXT', required: 'yes' } }).success).toBe(false)
  const auth = [
    PieceAuth.SecretText({ displayName: 'Key', required: true }),
    PieceAuth.BasicAuth({ username: { displayName: 'U' }, password: { displayName: 'P' } }),
    PieceAuth.CustomAuth({ props: { host: props.text } }),
    PieceAuth.OAuth2({ authUrl: 'a', tokenUrl: 't', scope: [] }),
  ]
  for (const property of auth) expect(sdk.PieceAuthProperty.safeParse(property).success, property.type).toBe(true)
  expect(sdk.getAuthPropertyForValue({ authValueType: 'CLOUD_OAUTH2', pieceAuth: auth })?.type).toBe('OAUTH2')
  expect(sdk.getAuthPropertyForValue({ authValueType: 'NO_AUTH', pieceAuth: auth })?.type).toBe('SECRET_TEXT')
  expect(sdk.getAuthPropertyForValue({ authValueType: 'NO_AUTH', pieceAuth: undefined })).toBeUndefined()

  const entered = sdk.piecePropertiesUtils.buildSchema(props, auth)
  const good = { text: '{{step_1}}', rows: [{ n: 1 }], auth: "{{connections['x']}}" }
  expect(entered.safeParse(good).success).toBe(true)
  for (const wrong of [{ text: '' }, { rows: [] }, { rows: [{}] }, { auth: '' }])
    expect(entered.safeParse({ ...good, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  expect(sdk.piecePropertiesUtils.buildSchema(props, auth, false).safeParse({ ...good, auth: undefined }).success).toBe(
    true,
  )
})

test('dropdowns that have nothing to choose from may leave the list out', async () => {
  const context = sdk.createMockTriggerContext({ propsValue: {} })
  const dropdown = sdk.Property.Dropdown<string, true>({
    displayName: 'D',
    required: true,
    auth: undefined,
    refreshers: [],
    options: async ({ key }) => (key ? { options: [{ label: 'a', value: 'a' }] } : { disabled: true }),
  })
  expect(await dropdown.options({}, context)).toEqual({ disabled: true, options: [] })
  expect(await dropdown.options({ key: 1 }, context)).toEqual({ options: [{ label: 'a', value: 'a' }] })
})

test('contexts of older versions pause and resume by the waitpoints of the newest', async () => {
  const older = (contextVersion: '1' | '2' | undefined) => {
    const context = sdk.createMockActionContext({ propsValue: {} })
    const { recorded } = context
    return {
      recorded,
      ...sdk.backwardCompatabilityContextUtils.makeActionContextBackwardCompatible({ context, contextVersion }),
    }
  }
  const newest = older('2')
  expect([newest.run.pause, newest.generateResumeUrl, newest.serverUrl]).toEqual([undefined, undefined, undefined])
  for (const version of ['1', undefined] as const) {
    const context = older(version)
    expect(context.serverUrl).toBe(version === undefined ? 'http://localhost/api/' : undefined)
    context.run.pause?.({ pauseMetadata: { type: 'DELAY', resumeDateTime: '2026-01-01T00:00:00Z' } })
    context.run.pause?.({ pauseMetadata: { type: 'WEBHOOK', response: { body: 1 } } })
    expect(context.recorded).toMatchObject({
      waitpoints: [
        { type: 'DELAY', version: 'V0', resumeDateTime: '2026-01-01T00:00:00Z' },
        { type: 'WEBHOOK', version: 'V0', responseToSend: { body: 1 } },
      ],
      waitingFor: ['', ''],
    })
    const url = context.generateResumeUrl?.({ queryParams: { a: 'b c' }, sync: true })
    expect(url).toMatch(/^http:\/\/localhost\/api\/v1\/flow-runs\/testRun\/requests\/\w{21}\/sync\?a=b\+c$/)
  }
})

test('the helpers of the shared package', async () => {
  const { chunk, isEmpty, spreadIfDefined, tryCatch, tryCatchSync, unique, parseToJsonIfPossible } = sdk
  expect([null, undefined, '', [], {}, 0, 'a', [0], { a: 1 }].map(isEmpty)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
  expect(() => sdk.assertNotNullOrUndefined(null, 'name')).toThrow('name is null or undefined')
  expect(await tryCatch(async () => 1)).toEqual({ data: 1, error: null })
  expect(
    tryCatchSync(() => {
      throw 'text'
    }).error?.message,
  ).toBe('text')
  expect(unique([{ a: 1 }, { b: 1 }, { a: 1 }])).toEqual([{ a: 1 }, { b: 1 }])
  expect(chunk([1, 2, 3], 2)).toEqual([[1, 2], [3]])
  expect({ ...spreadIfDefined('a', 0), ...spreadIfDefined('b', null) }).toEqual({ a: 0 })
  expect([parseToJsonIfPossible('{"a":1}'), parseToJsonIfPossible('text')]).toEqual([{ a: 1 }, 'text'])
})
