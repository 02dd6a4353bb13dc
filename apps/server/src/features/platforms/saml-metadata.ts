import { X509Certificate } from 'node:crypto'
import type { FederatedAuthProviders } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { Outbound } from '../../http/outbound.ts'

/** A SAML identity provider, as its metadata describe it. */
export const SamlProvider = z.object({
  /** Browsers begin there. */
  entryPoint: z.string(),
  /** The entity id. */
  issuer: z.string(),
  certificate: z.string(),
  attributeMapping: z
    .object({ email: z.string().optional(), firstName: z.string().optional(), lastName: z.string().optional() })
    .default({}),
})
export type SamlProvider = z.infer<typeof SamlProvider>

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata'
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const MAX_BYTES = 500_000
const TIMEOUT_MS = 10_000

/**
 * Reads the metadata of an identity provider once, when it is set.
 * @throws AppError VALIDATION, which says what is missing
 */
export async function readSamlProvider(
  outbound: Outbound,
  { idpMetadata, idpCertificate, attributeMapping = {} }: NonNullable<FederatedAuthProviders['saml']>,
  allowsHttp: boolean,
): Promise<SamlProvider> {
  const given = idpMetadata.trim()
  const text = /^https?:\/\//i.test(given) ? await fetchMetadata(outbound, given, allowsHttp) : given
  const root = await parse(text)
  const descriptor =
    root.localName === 'EntityDescriptor' ? root : root.getElementsByTagNameNS(METADATA, 'EntityDescriptor')[0]
  const issuer = descriptor?.getAttribute('entityID')
  const services = descriptor ? [...descriptor.getElementsByTagNameNS(METADATA, 'SingleSignOnService')] : []
  const entryPoint = services.find((service) => service.getAttribute('Binding') === REDIRECT)?.getAttribute('Location')
  if (!issuer) throw refused('idpMetadata has no entityID')
  if (!entryPoint)
    throw refused(
      'idpMetadata has no SingleSignOnService with the HTTP-Redirect binding: switch it on at the identity provider',
    )
  if (!URL.canParse(entryPoint) || !isAllowed(entryPoint, allowsHttp))
    throw refused('idpMetadata: the address of the SingleSignOnService must begin with https://')
  return { entryPoint, issuer, certificate: readCertificate(idpCertificate), attributeMapping }
}

const isAllowed = (url: string, allowsHttp: boolean): boolean =>
  ['https:', ...(allowsHttp ? ['http:'] : [])].includes(new URL(url).protocol)

async function fetchMetadata(outbound: Outbound, url: string, allowsHttp: boolean): Promise<string> {
  if (!URL.canParse(url) || !isAllowed(url, allowsHttp)) throw refused('idpMetadata: the URL must begin with https://')
  try {
    const answer = await outbound(url, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })
    if (answer.ok) return await answer.text()
  } catch {
    // The reason could say what answers inside of the network.
  }
  throw refused('idpMetadata: the URL cannot be read')
}

/** Text that declares entities is not parsed. */
async function parse(text: string) {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw refused('idpMetadata must not have a DOCTYPE')
  try {
    const { DOMParser } = await import('@xmldom/xmldom')
    const onError = (level: string, message: string): void => {
      if (level !== 'warning') throw new Error(message)
    }
    const { documentElement } = new DOMParser({ onError }).parseFromString(text, 'text/xml')
    if (documentElement) return documentElement
  } catch {
    // It is answered below.
  }
  throw refused('idpMetadata is no XML')
}

function readCertificate(given: string): string {
  const text = given.includes('BEGIN CERTIFICATE')
    ? given
    : `-----BEGIN CERTIFICATE-----\n${given
        .replace(/\s+/g, '')
        .match(/.{1,64}/g)
        ?.join('\n')}\n-----END CERTIFICATE-----`
  try {
    return new X509Certificate(text).toString()
  } catch {
    throw refused('idpCertificate is no certificate as PEM')
  }
}

const refused = (message: string): AppError => new AppError('VALIDATION', { field: 'saml', message })
