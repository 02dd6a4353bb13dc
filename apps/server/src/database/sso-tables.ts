import type { Generated } from 'kysely'
import type { Encrypted } from '../encryption.ts'
import type { CreatedTime, Nullable, NullableJsonb } from './columns.ts'

/** Somebody as another service knows them. */
export interface FederatedIdentityTable {
  id: string
  created: CreatedTime
  updated: CreatedTime
  platformId: string
  provider: 'google' | 'github' | 'oidc' | 'saml'
  issuer: string
  subject: string
  identityId: string
}

/** A sign-in by SAML that goes on: it is answered once. */
export interface SamlLoginTable {
  /** The id of the request to the identity provider. */
  id: string
  created: CreatedTime
  platformId: string
  value: string
  /** An administrator looks what arrives: nobody is let in. */
  isTest: Generated<boolean>
  /** The hash of the code with which the browser comes back. */
  codeHash: Nullable<string>
  /** The person, as the identity provider knows them. */
  answer: NullableJsonb<Encrypted>
}
