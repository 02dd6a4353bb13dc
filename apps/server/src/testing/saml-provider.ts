import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'

interface Library {
  getSamlResponse(config: object, user: object, done: (error: Error | null, xml: string) => void): void
}
const require = createRequire(import.meta.url)
const samlp: Library = require('samlp')

const ENTRY_POINT = 'https://idp.example/sso'
const ISSUER = 'urn:idp.example'

async function makeCertificate(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-saml-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=idp',
      '-keyout',
      key,
      '-out',
      cert,
    ]
    await promisify(execFile)('openssl', made)
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** An identity provider that answers as `samlp` does, and as tests change it. */
export async function startSamlProvider() {
  const [keys, others] = await Promise.all([makeCertificate(), makeCertificate()])
  const metadata = `<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}">
    <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
      <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/post"/>
      <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ENTRY_POINT}"/>
    </IDPSSODescriptor></EntityDescriptor>`
  return {
    metadata,
    certificate: keys.cert,
    entryPoint: ENTRY_POINT,
    requestIn: (loginUrl: string): string => {
      const request = new URL(loginUrl).searchParams.get('SAMLRequest') ?? ''
      return inflateRawSync(Buffer.from(request, 'base64')).toString('utf8')
    },
    /** Its answer about somebody, as XML. `by: 'others'`: another key signs it. */
    answer(
      inResponseTo: string,
      email: string,
      { by = 'self', ...config }: { by?: 'self' | 'others'; [option: string]: unknown } = {},
    ): Promise<string> {
      const user = {
        id: email,
        displayName: 'Sam L',
        name: { givenName: 'Sam', familyName: 'L' },
        emails: [{ value: email }],
      }
      return new Promise((resolve, reject) => {
        const own = by === 'self' ? keys : others
        const fixed = {
          ...{ ...own, issuer: ISSUER, audience: 'Activepieces', inResponseTo, lifetimeInSeconds: 300 },
          ...{ signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256', destination: 'http://localhost:3000' },
          nameIdentifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
          nameIdentifierProbes: ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'],
          recipient: 'http://localhost:3000/api/v1/authn/saml/acs',
        }
        samlp.getSamlResponse({ ...fixed, ...config }, user, (error, xml) => (error ? reject(error) : resolve(xml)))
      })
    },
  }
}
