import type { Filter } from './filter.ts'

export interface ScimUserRow {
  id: string
  identityId: string
  created: string
  updated: string
  email: string
  firstName: string
  lastName: string
  status: 'ACTIVE' | 'INACTIVE'
  platformRole: 'ADMIN' | 'MEMBER' | 'OPERATOR'
  externalId: string | null
}

export interface ScimGroupRow {
  id: string
  created: string
  updated: string
  displayName: string
  externalId: string | null
}

export interface ScimMemberRow {
  id: string
  projectId: string
  userId: string
  email: string
}

export interface Listing {
  filter: Filter | undefined
  startIndex: number
  count: number
}
