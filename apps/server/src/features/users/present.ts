import type { OwnProfile, User } from '@piecework/api/users'
import type { UserRow } from './store.ts'

/** A user as others on the platform see it. */
export function presentUser(row: UserRow): User {
  const { trackEvents: _, newsLetter: __, ...user } = row
  return user
}

export function presentProfile(row: UserRow): OwnProfile {
  const { email, firstName, lastName, trackEvents, newsLetter, imageUrl } = row
  return { email, firstName, lastName, trackEvents: trackEvents ?? false, newsLetter: newsLetter ?? false, imageUrl }
}
