/** Who makes a request (spec: facts/rest-api.md section 0). */
export type Principal = UserPrincipal | ServicePrincipal | EnginePrincipal | WorkerPrincipal

/** A person with a session. */
export interface UserPrincipal {
  type: 'USER'
  /** The id of the user, not of the identity. */
  id: string
  platformId: string
  platformRole: 'ADMIN' | 'MEMBER' | 'OPERATOR'
}

/** An API key: may do everything on its platform. */
export interface ServicePrincipal {
  type: 'SERVICE'
  id: string
  platformId: string
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
