import { PieceMetadata } from '@piecework/model/piece/metadata'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createAction } from './action.ts'
import { createPiece } from './piece.ts'
import { PieceAuth } from './property/auth.ts'
import type { ApFile } from './property/file.ts'
import { Property } from './property/property.ts'
import { createMockActionContext } from './testing.ts'
import { createTrigger } from './trigger.ts'

const auth = PieceAuth.CustomAuth({
  props: {
    host: Property.ShortText({ displayName: 'Host', required: true }),
    token: PieceAuth.SecretText({ displayName: 'Token', required: false }),
  },
  validate: async ({ auth }) => (auth.host === '' ? { valid: false, error: 'No host' } : { valid: true }),
})

const greet = createAction({
  auth,
  name: 'greet',
  displayName: 'Greet',
  description: 'Says hello',
  props: {
    name: Property.ShortText({ displayName: 'Name', required: true }),
    times: Property.Number({ displayName: 'Times', required: false, defaultValue: 1 }),
    picture: Property.File({ displayName: 'Picture', required: false }),
    tone: Property.StaticDropdown({
      displayName: 'Tone',
      required: true,
      options: { options: [{ label: 'Warm', value: 'warm' }] },
    }),
    room: Property.Dropdown<{ id: number }, true, typeof auth>({
      displayName: 'Room',
      required: true,
      auth,
      refreshers: ['name'],
      options: async ({ auth }) => ({ options: [{ label: String(auth?.props.host), value: { id: 1 } }] }),
    }),
  },
  async run(context) {
    expectTypeOf(context.propsValue.name).toEqualTypeOf<string>()
    expectTypeOf(context.propsValue.times).toEqualTypeOf<number | undefined>()
    expectTypeOf(context.propsValue.picture).toEqualTypeOf<ApFile | undefined>()
    expectTypeOf(context.propsValue.tone).toEqualTypeOf<string>()
    expectTypeOf(context.propsValue.room).toEqualTypeOf<{ id: number }>()
    expectTypeOf(context.auth.props.host).toEqualTypeOf<string>()
    expectTypeOf(context.auth.props.token).toEqualTypeOf<string | undefined>()
    return `Hello ${context.propsValue.name} at ${context.auth.props.host}`
  },
})

const hooks = { onEnable: async () => {}, onDisable: async () => {}, run: async () => [] }
const trigger = (type: 'WEBHOOK' | 'POLLING' | 'APP_WEBHOOK' | 'MANUAL', more: object = {}) =>
  createTrigger({ name: 't', displayName: 'T', description: '', props: {}, type, sampleData: null, ...hooks, ...more })

describe('a piece', () => {
  const piece = createPiece({
    displayName: 'Greeter',
    logoUrl: 'https://example.com/logo.svg',
    authors: ['someone'],
    auth,
    actions: [greet],
    triggers: [trigger('WEBHOOK')],
    minimumSupportedRelease: '0.9.1',
  })

  it('is found by the name of its class and tells its context version', () => {
    expect(piece.constructor.name).toBe('Piece')
    expect(piece.getContextInfo()).toEqual({ version: '2' })
  })

  it('runs an action with typed values', async () => {
    const context = createMockActionContext({
      propsValue: { name: 'Ada', tone: 'warm', room: { id: 1 } },
      auth: { type: 'CUSTOM_AUTH', props: { host: 'example.com' } },
    })
    expect(await greet.run(context)).toBe('Hello Ada at example.com')
  })

  it('finds actions by name, and nothing by the names of its own methods', () => {
    expect(piece.getAction('greet')).toBe(greet)
    expect(piece.getAction('constructor')).toBeUndefined()
    expect(piece.getTrigger('missing')).toBeUndefined()
  })

  it('has metadata of the catalogue shape, without functions, with defaults filled in', () => {
    const json = JSON.parse(JSON.stringify({ name: 'greeter', version: '1.0.0', ...piece.metadata() }))
    const metadata = PieceMetadata.parse(json)
    expect(metadata.minimumSupportedRelease).toBe('0.82.0')
    expect(metadata.auth).toEqual({
      type: 'CUSTOM_AUTH',
      displayName: 'Connection',
      required: true,
      props: {
        host: { type: 'SHORT_TEXT', displayName: 'Host', required: true },
        token: { type: 'SECRET_TEXT', displayName: 'Token', required: false },
      },
    })
    expect(metadata.actions.greet).toMatchObject({
      requireAuth: true,
      errorHandlingOptions: { continueOnFailure: { defaultValue: false }, retryOnFailure: { defaultValue: false } },
      props: { room: { type: 'DROPDOWN', refreshers: ['name'] } },
    })
    expect(metadata.triggers.t).toMatchObject({
      handshakeConfiguration: { strategy: 'NONE' },
      renewConfiguration: { strategy: 'NONE' },
      testStrategy: 'SIMULATION',
    })
  })

  it('keeps a newer minimum release, and raises one that is no version', () => {
    const release = (minimumSupportedRelease: string) =>
      createPiece({
        displayName: '',
        logoUrl: '',
        authors: [],
        auth: undefined,
        actions: [],
        triggers: [],
        minimumSupportedRelease,
      }).minimumSupportedRelease
    expect(release('0.100.0')).toBe('0.100.0')
    expect(release('latest')).toBe('0.82.0')
  })

  it('refuses two connections of one type', () => {
    const secret = PieceAuth.SecretText({ displayName: 'Key', required: true })
    expect(() =>
      createPiece({ displayName: '', logoUrl: '', authors: [], auth: [secret, secret], actions: [], triggers: [] }),
    ).toThrow('Auth properties must be unique by type')
  })
})

describe('a trigger', () => {
  it.each([
    ['WEBHOOK', {}, 'SIMULATION'],
    ['WEBHOOK', { test: async () => [] }, 'TEST_FUNCTION'],
    ['POLLING', {}, 'TEST_FUNCTION'],
    ['MANUAL', {}, 'TEST_FUNCTION'],
    ['APP_WEBHOOK', {}, 'SIMULATION'],
    ['APP_WEBHOOK', { sampleData: { id: 1 } }, 'TEST_FUNCTION'],
  ] as const)('of type %s with %o is tried by %s', (type, more, expected) => {
    expect(trigger(type, more).testStrategy).toBe(expected)
  })
})

describe('properties', () => {
  it('sends the code of a custom property as text and a markdown as its description', () => {
    const custom = Property.Custom({ displayName: 'C', required: false, code: ({ onChange }) => onChange(7) })
    expect(custom).toMatchObject({ type: 'CUSTOM', code: expect.stringContaining('onChange(7)') })
    expect(Property.MarkDown({ value: '# Hi' })).toEqual({
      type: 'MARKDOWN',
      displayName: 'Markdown',
      description: '# Hi',
      required: false,
      variant: 'INFO',
    })
  })
})
