import { createHash, randomBytes } from 'node:crypto'
import type { Profile } from '@node-saml/node-saml'
import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import { SamlProvider } from '../platforms/saml-metadata.ts'
import { type PlatformRow, selectPlatform } from '../platforms/store.ts'
import { type Attempt, attempt } from './attempt.ts'
import { listAttributes } from './attributes.ts'
import type { Begun, Started } from './cookie.ts'
import type { OutsidePerson } from './outside-person.ts'
import { answerLogin, insertLogin, selectLogin, takeAnswer } from './saml-store.ts'

/** Signs people in by SAML 2.0. */
export interface Saml {
  begin(platform: PlatformRow, isTest: boolean): Promise<{ loginUrl: string; started: Begun }>
  /** Checks what the identity provider sent. @returns a code for the browser that began @throws AppError INVALID_SAML_RESPONSE */
  receive(samlResponse: string): Promise<string>
  /** @throws AppError INVALID_CLAIM */
  end(started: Started, code: string): Promise<OutsidePerson>
  /** As `end`, for a test. @throws AppError INVALID_CLAIM */
  attempt(started: Started, code: string): Promise<Attempt>
  /** This server, as identity providers read it. */
  metadata(): Promise<string>
}

interface Parts {
  db: Db
  encryption: Encryption
  callbackUrl: string
}

/** The name of every installation at identity providers. */
const ENTITY_ID = 'Activepieces'
const CLOCK_SKEW_MS = 60_000
const LIFE_MS = 10 * 60_000
const MAX_SHOWN = 200
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
/** The names that identity providers use. */
const NAMES = {
  email: ['email', 'mail', 'emailAddress', 'Email', `${CLAIMS}/emailaddress`, 'urn:oid:0.9.2342.19200300.100.1.3'],
  firstName: ['firstName', 'givenName', 'firstname', 'first_name', `${CLAIMS}/givenname`, 'urn:oid:2.5.4.42'],
  lastName: ['lastName', 'surname', 'lastname', 'last_name', 'sn', `${CLAIMS}/surname`, 'urn:oid:2.5.4.4'],
} as const
const Person = z.object({
  ...{
    platformId: z.string(),
    provider: z.literal('saml'),
    issuer: z.string(),
    subject: z.string(),
    email: z.string(),
  },
  ...{ isEmailVerified: z.boolean(), firstName: z.string(), lastName: z.string() },
})

/** The outcome of a test, kept for the browser that began it. */
const Tried = z.object({
  attributes: z.array(z.object({ name: z.string(), value: z.string() })),
  person: Person.optional(),
  refusal: z.string().optional(),
})

export function createSaml({ db, encryption, callbackUrl }: Parts): Saml {
  const open = async ({ id: platformId, federatedAuthProviders }: PlatformRow, isTest: boolean) => {
    const { SAML, ValidateInResponseTo } = await library()
    const provider = SamlProvider.safeParse(federatedAuthProviders.saml)
    if (!provider.success) throw new AppError('VALIDATION', { message: 'nobody signs in by saml here' })
    const { entryPoint, issuer, certificate, attributeMapping } = provider.data
    let requestId = ''
    const saml = new SAML({
      ...{ callbackUrl, entryPoint, issuer: ENTITY_ID, audience: ENTITY_ID, idpCert: certificate, idpIssuer: issuer },
      ...{ wantAssertionsSigned: true, wantAuthnResponseSigned: false, acceptedClockSkewMs: CLOCK_SKEW_MS },
      ...{ disableRequestedAuthnContext: true, requestIdExpirationPeriodMs: LIFE_MS },
      validateInResponseTo: ValidateInResponseTo.always,
      // The database keeps the request, where every app finds it, until it is answered, once.
      cacheProvider: {
        async saveAsync(id, value) {
          requestId = id
          await insertLogin(db, { id, platformId, value, isTest })
          return { value, createdAt: Date.now() }
        },
        getAsync: async (id) => (await selectLogin(db, id))?.value ?? null,
        removeAsync: async (id) => id,
      },
    })
    return { saml, issuer, attributeMapping, idOf: () => requestId }
  }

  /** Reads an answer, which is proved to be that of the identity provider of the platform. */
  const read = async (platform: PlatformRow, samlResponse: string): Promise<Read> => {
    const { saml, issuer, attributeMapping } = await open(platform, false)
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: samlResponse }).catch((error: unknown) => {
      throw refused(error instanceof Error ? error.message : String(error))
    })
    if (!profile) throw refused('it says nobody')
    // The library looks at the issuer of sign-outs alone.
    if (profile.issuer !== issuer)
      throw refused(`it comes from another issuer, ${String(profile.issuer).slice(0, MAX_SHOWN)}`)
    return { profile, attributeMapping, platformId: platform.id, issuer }
  }

  const tried = async (platform: PlatformRow, samlResponse: string): Promise<z.infer<typeof Tried>> => {
    const { attributes, person, refusal } = await attempt(
      () => read(platform, samlResponse),
      ({ profile }) => listAttributes({ NameID: profile.nameID, ...Object(profile.attributes) }),
      personOf,
    )
    if (refusal) return { attributes, refusal: refusal.message }
    return { attributes, person: Person.parse(person) }
  }

  const takeFor = async ({ state }: Started, code: string): Promise<unknown> => {
    const answer = await takeAnswer(db, state, hashOf(code))
    return answer && encryption.decrypt(answer)
  }

  return {
    async begin(platform, isTest) {
      const { saml, idOf } = await open(platform, isTest)
      const loginUrl = await saml.getAuthorizeUrlAsync('', undefined, {})
      return { loginUrl, started: { provider: 'saml', state: idOf(), nonce: '', verifier: '' } }
    },

    async receive(samlResponse) {
      const id = requestIdOf(samlResponse)
      const login = await selectLogin(db, id)
      const platform = login && (await selectPlatform(db, login.platformId))
      if (!login || !platform)
        throw refused('nobody waits for it: it was answered before, or is older than ten minutes')
      const answer = login.isTest ? await tried(platform, samlResponse) : personOf(await read(platform, samlResponse))
      const code = randomBytes(32).toString('base64url')
      if (!(await answerLogin(db, id, hashOf(code), encryption.encrypt(answer))))
        throw refused('it was answered before')
      return code
    },

    async end(started, code) {
      const person = Person.safeParse(await takeFor(started, code)).data
      if (person) return person
      throw otherSignIn()
    },

    async attempt(started, code) {
      const found = Tried.safeParse(await takeFor(started, code)).data
      if (!found) throw otherSignIn()
      const { attributes, person, refusal: message } = found
      const refusal = message === undefined ? undefined : new AppError('INVALID_SAML_RESPONSE', { message })
      return { attributes, person, refusal }
    },

    async metadata() {
      const { generateServiceProviderMetadata } = await library()
      return generateServiceProviderMetadata({ issuer: ENTITY_ID, callbackUrl, wantAssertionsSigned: true })
    },
  }
}

// Few installations use it, and it is a twentieth of the code that a start would load.
const library = () => import('@node-saml/node-saml')

interface Read {
  platformId: string
  issuer: string
  profile: Profile
  attributeMapping: SamlProvider['attributeMapping']
}

const otherSignIn = (): AppError =>
  new AppError('INVALID_CLAIM', { message: 'the code belongs to another sign-in, or was used: begin again' })

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex')

const refused = (reason: string): AppError =>
  new AppError('INVALID_SAML_RESPONSE', { message: `the answer of the identity provider is not accepted: ${reason}` })

/**
 * The request that is answered, before anything is believed. Entities, comments and processing instructions are no part
 * of an answer: with them, two parsers may read two things.
 */
function requestIdOf(samlResponse: string): string {
  const text = Buffer.from(samlResponse, 'base64').toString('utf8')
  if (/<!|<\?(?!xml[\s])/i.test(text)) throw refused('it has a DOCTYPE, comments or processing instructions')
  const id = /\sInResponseTo="([\w.-]{1,200})"/.exec(text)?.[1]
  if (id === undefined) throw refused('it answers no request: begin at the sign-in page')
  return id
}

function personOf({ profile, attributeMapping: mapping, platformId, issuer }: Read): OutsidePerson {
  if (profile.nameIDFormat === TRANSIENT || !profile.nameID)
    throw refused('the NameID must be lasting, such as emailAddress')
  const attribute = (field: keyof typeof NAMES): string | undefined => {
    const names = [mapping[field] ?? [], NAMES[field]].flat()
    const value = names.map((name) => profile[name]).find((found) => typeof found === 'string' && found !== '')
    return typeof value === 'string' ? value.trim() : undefined
  }
  const email = attribute('email') ?? (profile.nameID.includes('@') ? profile.nameID : undefined)
  if (email === undefined || !z.email().max(254).safeParse(email).success)
    throw refused('the attribute email is missing, or no address')
  return {
    ...{ platformId, issuer, provider: 'saml', subject: profile.nameID, email, isEmailVerified: true },
    ...{ firstName: attribute('firstName') ?? '', lastName: attribute('lastName') ?? '' },
  }
}
