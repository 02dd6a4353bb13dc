import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { PropertyMap, PropertyMetadata } from '@piecework/model/piece/property'

/** Made-up values for the required properties of a step. */
export function inputsFor(props: PropertyMap, standIn: string, { optionalToo = false } = {}): Record<string, unknown> {
  const inputs: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(props)) {
    if (property.type === 'MARKDOWN' || !(property.required || optionalToo)) continue
    inputs[name] = valueFor(name, property, standIn)
  }
  return inputs
}

function valueFor(name: string, property: PropertyMetadata, standIn: string): unknown {
  if (property.defaultValue !== undefined && property.type !== 'DYNAMIC') return property.defaultValue
  switch (property.type) {
    case 'NUMBER':
      return 1
    case 'CHECKBOX':
      return true
    case 'DATE_TIME':
      return '2026-01-02T03:04:05.000Z'
    case 'JSON':
    case 'OBJECT':
      return { key: 'value' }
    case 'ARRAY':
      return [property.properties ? inputsFor(property.properties, standIn) : 'text']
    case 'STATIC_DROPDOWN':
      return firstOption(property)
    case 'STATIC_MULTI_SELECT_DROPDOWN':
      return [firstOption(property)]
    case 'MULTI_SELECT_DROPDOWN':
      return ['1']
    case 'DROPDOWN':
      return '1'
    case 'DYNAMIC':
      return name === 'url' ? { url: `${standIn}/custom` } : {}
    case 'COLOR':
      return '#112233'
    case 'FILE':
      return `${standIn}/file.txt`
    // The first pieces had their connection among their properties.
    case 'OAUTH2':
      return oauth2(standIn, inputsFor(property.props ?? {}, standIn, { optionalToo: true }))
    case 'BASIC_AUTH':
      return { username: 'user', password: 'password' }
    case 'CUSTOM_AUTH':
      return inputsFor(property.props ?? {}, standIn, { optionalToo: true })
    default:
      return textFor(name, standIn)
  }
}

function textFor(name: string, standIn: string): string {
  if (/url|host|domain|server|link|endpoint/i.test(name)) return standIn
  // An id and a secret in hexadecimal digits.
  if (/admin.*key|^api_?key$/i.test(name)) return '1:00ff'
  if (/mail/i.test(name)) return 'a@example.com'
  // Chats name their messages like this.
  if (/timestamp|^ts$|thread_ts/i.test(name)) return '1700000000.000100'
  if (/date|time/i.test(name)) return '2026-01-02T03:04:05.000Z'
  return '1'
}

function firstOption({ options }: PropertyMetadata): unknown {
  if (typeof options !== 'object' || options === null || !('options' in options)) return '1'
  const [first] = Array.isArray(options.options) ? options.options : []
  return typeof first === 'object' && first !== null && 'value' in first ? first.value : '1'
}

/** A made-up connection of the kind that the piece needs. */
export function connectionFor(metadata: PieceMetadata, standIn: string): Record<string, unknown> | undefined {
  const auth = Array.isArray(metadata.auth) ? metadata.auth[0] : metadata.auth
  if (!auth) return undefined
  const props = inputsFor(auth.props ?? {}, standIn, { optionalToo: true })
  switch (auth.type) {
    case 'SECRET_TEXT':
      return { type: 'SECRET_TEXT', secret_text: 'secret' }
    case 'BASIC_AUTH':
      return { type: 'BASIC_AUTH', username: 'user', password: 'password' }
    case 'CUSTOM_AUTH':
      return { type: 'CUSTOM_AUTH', props }
    default:
      return oauth2(standIn, props)
  }
}

const oauth2 = (standIn: string, props: Record<string, unknown>): Record<string, unknown> => ({
  type: 'OAUTH2',
  access_token: 'token',
  refresh_token: 'refresh',
  token_type: 'bearer',
  scope: '',
  client_id: 'client',
  token_url: `${standIn}/token`,
  claimed_at: 0,
  // Fields that apps send with their tokens.
  data: {
    api_domain: standIn,
    instance_url: standIn,
    team: { id: '1' },
    authed_user: { access_token: 'user token' },
    merchant_id: '1',
    metadata: { dc: 'us1' },
  },
  props,
})

/** The connection as steps of the piece receive it: the oldest pieces get secrets as bare values. */
export function authInputFor(metadata: PieceMetadata, connection: Record<string, unknown> | undefined): unknown {
  if (!connection || metadata.contextInfo?.version !== undefined) return connection
  if (connection.type === 'SECRET_TEXT') return connection.secret_text
  return connection.type === 'CUSTOM_AUTH' ? connection.props : connection
}
