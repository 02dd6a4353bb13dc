import type { Permission } from '@piecework/model/permission'

/** The caller of a request (docs/architecture.md, Vocabulary). */
export type Principal = UserPrincipal | ServicePrincipal | ProjectKeyPrincipal | EnginePrincipal | WorkerPrincipal

/** A person with a session. */
export interface UserPrincipal {
  type: 'USER'
  /** The id of the user, not of the identity. */
  id: string
  platformId: string
  platformRole: 'ADMIN' | 'MEMBER' | 'OPERATOR'
  /** Came in by single sign-on of the platform, which says nothing about other platforms of the same person. */
  sso?: true
  /** Missing with a token of an earlier release. */
  sessionId?: string
  /** A program acts for the person, by a token that may do this and no more. */
  limits?: TokenLimits
}

/** The limits of a personal token, within those of its person. */
export interface TokenLimits {
  tokenId: string
  /** Null for all projects of the person. */
  projectIds: ReadonlySet<string> | null
  permissions: readonly Permission[]
}

/** An API key: may do everything on its platform. */
export interface ServicePrincipal {
  type: 'SERVICE'
  id: string
  platformId: string
}

/** A key of one project, with which programs use the graph API. */
export interface ProjectKeyPrincipal {
  type: 'PROJECT_KEY'
  id: string
  projectId: string
  platformId: string
  mayWrite: boolean
}

/** The engine while it runs one job of one project. */
export interface EnginePrincipal {
  type: 'ENGINE'
  /** The id of the job. */
  id: string
  projectId: string
  platformId: string
}

/** A separate worker machine. */
export interface WorkerPrincipal {
  type: 'WORKER'
  id: string
}

export type PrincipalType = Principal['type']
export type PrincipalOf<T extends PrincipalType> = Extract<Principal, { type: T }>
