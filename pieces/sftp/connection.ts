import { type CustomAuthConnectionValue, PieceAuth, Property } from '@piecework/framework'
import { options } from '../common/options.ts'
import { openFtp } from './ftp-client.ts'
import type { RemoteFiles, ServerSettings } from './remote.ts'
import { HOST_KEY_ALGORITHMS, openSftp } from './sftp-client.ts'

export const sftpAuth = PieceAuth.CustomAuth({
  required: true,
  props: {
    protocol: Property.StaticDropdown({
      displayName: 'Protocol',
      required: false,
      defaultValue: 'sftp',
      options: options({ sftp: 'SFTP', ftp: 'FTP', ftps: 'FTPS' }),
    }),
    allow_unauthorized_certificates: Property.Checkbox({
      displayName: 'Allow Unauthorized Certificates',
      description: 'FTPS only: talk to a server whose certificate no known authority has signed',
      required: false,
      defaultValue: false,
    }),
    allow_anonymous_login: Property.Checkbox({
      displayName: 'Allow Anonymous Login',
      description: 'FTP and FTPS only',
      required: false,
      defaultValue: false,
    }),
    host: Property.ShortText({ displayName: 'Host', required: true }),
    port: Property.Number({ displayName: 'Port', required: true, defaultValue: 22 }),
    username: Property.ShortText({ displayName: 'Username', required: true }),
    password: PieceAuth.SecretText({
      displayName: 'Password',
      description: 'With a private key, the passphrase of the key',
      required: false,
    }),
    privateKey: PieceAuth.SecretText({ displayName: 'Private Key', description: 'SFTP only', required: false }),
    algorithm: Property.StaticMultiSelectDropdown<string>({
      displayName: 'Host Key Algorithms',
      description: 'SFTP only; empty for the usual ones',
      required: false,
      options: { options: HOST_KEY_ALGORITHMS.map((name) => ({ label: name, value: name })) },
    }),
  },
  async validate({ auth }) {
    try {
      await withServer({ type: 'CUSTOM_AUTH', props: auth }, async () => {})
      return { valid: true }
    } catch (error) {
      return { valid: false, error: reasonOf(error) }
    }
  },
})

export type SftpAuthValue = CustomAuthConnectionValue<ServerSettings>

/** Connects for one piece of work and hangs up afterwards. */
export async function withServer<T>(auth: SftpAuthValue, work: (files: RemoteFiles) => Promise<T>): Promise<T> {
  const overFtp = auth.props.protocol === 'ftp' || auth.props.protocol === 'ftps'
  const files = await (overFtp ? openFtp(auth.props) : openSftp(auth.props))
  try {
    return await work(files)
  } finally {
    await files.close().catch(() => {})
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
