import { OAuth2AuthorizationMethod, PieceAuth, Property } from '@activepieces/pieces-framework'
import { OAuth2GrantType } from '@activepieces/shared'

export const keyAuth = PieceAuth.SecretText({
  displayName: 'API Key',
  description: 'From the settings of your account',
  required: true,
  validate: async ({ auth }) => (auth.startsWith('key-') ? { valid: true } : { valid: false, error: 'Not an API key' }),
})

export const loginAuth = PieceAuth.BasicAuth({
  displayName: 'Login',
  required: true,
  username: { displayName: 'User name', description: 'What you sign in with' },
  password: { displayName: 'Password' },
  validate: async ({ auth }) => ({ valid: auth.username !== '' && auth.password !== '', error: 'Both are needed' }),
})

export const serverAuth = PieceAuth.CustomAuth({
  displayName: 'Server',
  description: 'Your own server',
  required: true,
  props: {
    baseUrl: Property.ShortText({ displayName: 'Base URL', required: true }),
    note: Property.LongText({ displayName: 'Note', required: false }),
    token: PieceAuth.SecretText({ displayName: 'Token', required: true }),
    port: Property.Number({ displayName: 'Port', required: false, defaultValue: 443 }),
    secure: Property.Checkbox({ displayName: 'Secure', required: true }),
    region: Property.StaticDropdown({
      displayName: 'Region',
      required: true,
      options: { options: [{ label: 'Europe', value: 'eu' }] },
    }),
    features: Property.StaticMultiSelectDropdown({
      displayName: 'Features',
      required: false,
      options: { options: [{ label: 'One', value: 1 }] },
    }),
    help: Property.MarkDown({ value: 'Ask your administrator.' }),
  },
  validate: async ({ auth, server }) => {
    const isHttps: boolean = auth.baseUrl.startsWith('https://') || server.publicUrl === ''
    return isHttps ? { valid: true } : { valid: false, error: `No https, port ${auth.port ?? 'unknown'}` }
  },
})

export const oauthAuth = PieceAuth.OAuth2({
  displayName: 'Sign in',
  required: true,
  grantType: OAuth2GrantType.AUTHORIZATION_CODE,
  authorizationMethod: OAuth2AuthorizationMethod.HEADER,
  authUrl: '{site}/authorize',
  tokenUrl: '{site}/token',
  scope: ['read', 'write'],
  prompt: 'consent',
  pkce: true,
  pkceMethod: 'S256',
  extra: { audience: 'api' },
  props: {
    site: Property.ShortText({ displayName: 'Address of the site', required: true }),
    region: Property.StaticDropdown({
      displayName: 'Region',
      required: true,
      options: { options: [{ label: 'Europe', value: 'eu' }] },
    }),
    secret: PieceAuth.SecretText({ displayName: 'Second secret', required: false }),
  },
})

/** The user chooses how to connect. */
export const eitherAuth = [keyAuth, oauthAuth]
