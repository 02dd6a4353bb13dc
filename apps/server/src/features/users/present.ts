import { z } from 'zod'
import type { UserRow } from './store.ts'

export const User = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  status: z.enum(['ACTIVE', 'INACTIVE']),
  platformRole: z.enum(['ADMIN', 'MEMBER', 'OPERATOR']),
  platformId: z.string().nullable(),
  externalId: z.string().nullable(),
  lastActiveDate: z.string().nullable(),
  imageUrl: z.string().nullable(),
})
export type User = z.infer<typeof User>

/** A user as others on the platform see it. */
export function presentUser(row: UserRow): User {
  const { trackEvents: _, newsLetter: __, ...user } = row
  return user
}

/** What people see of themselves. */
export const OwnProfile = z.object({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  trackEvents: z.boolean(),
  newsLetter: z.boolean(),
  imageUrl: z.string().nullable(),
})

export function presentProfile(row: UserRow): z.infer<typeof OwnProfile> {
  const { email, firstName, lastName, trackEvents, newsLetter, imageUrl } = row
  return { email, firstName, lastName, trackEvents: trackEvents ?? false, newsLetter: newsLetter ?? false, imageUrl }
}
