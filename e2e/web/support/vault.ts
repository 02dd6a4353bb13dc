import { pieceArchive } from '@piecework/server/testing/piece-archive'
import type { Person } from './person.ts'

/** The name of a piece that can be connected in every way. */
export const VAULT = '@acme/piece-vault'
const source = (service: string) => `
  import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
  const options = { options: [{ label: 'Europe', value: 'eu' }, { label: 'Asia', value: 'asia' }] }
  const valid = (isValid) => (isValid ? { valid: true } : { valid: false, error: 'The vault does not know you' })
  const auth = [
    PieceAuth.SecretText({
      displayName: 'Key', required: true, description: 'From your profile',
      validate: async ({ auth }) => valid(auth === 'open sesame'),
    }),
    PieceAuth.BasicAuth({
      displayName: 'Account', required: true, username: { displayName: 'Login' }, password: { displayName: 'Pass phrase' },
      validate: async ({ auth }) => valid(auth.username === 'ada' && auth.password === 'pass'),
    }),
    PieceAuth.CustomAuth({
      displayName: 'Server', required: true, description: 'Of your own',
      props: {
        host: Property.ShortText({ displayName: 'Host', required: true }),
        token: PieceAuth.SecretText({ displayName: 'Token', required: true }),
        notes: Property.LongText({ displayName: 'Notes', required: false }),
        port: Property.Number({ displayName: 'Port', required: true }),
        region: Property.StaticDropdown({ displayName: 'Region', required: true, options }),
        areas: Property.StaticMultiSelectDropdown({ displayName: 'Areas', required: true, options }),
        safe: Property.Checkbox({ displayName: 'Encrypted', required: false }),
        hint: Property.MarkDown({ value: 'Ask your administrator' }),
      },
      validate: async ({ auth }) => valid(JSON.stringify([auth.host, auth.token, auth.port, auth.region, auth.areas, auth.safe]) ===
        JSON.stringify(['vault.example.com', 't0ken', 8080, 'eu', ['asia'], true])),
    }),
    PieceAuth.OAuth2({
      displayName: 'Sign in', required: true, authUrl: '${service}/authorize', tokenUrl: '${service}/token',
      scope: ['read'], pkce: true, pkceMethod: 'S256',
    }),
  ]
  const read = createAction({
    name: 'read', displayName: 'Read', description: '', auth, props: {}, run: async () => 'The vault is open',
  })
  export const vault = createPiece({
    displayName: 'Vault', logoUrl: '', authors: [], description: 'Keeps things', auth, actions: [read], triggers: [],
  })`

/** Installs the piece. @param service the address of the OAuth2 server where its people sign in */
export async function installVault({ api }: Person, service: string): Promise<void> {
  const form = new FormData()
  form.append('packageType', 'ARCHIVE')
  const archive = await pieceArchive(VAULT, '1.0.0', source(service))
  form.append('pieceArchive', new Blob([new Uint8Array(archive)]), 'p.tgz')
  await api.pieces.install({ body: form })
}
