import type { AuthenticationResponse } from '@piecework/api/authentication'
import type { Session } from './open-session.ts'

export function presentSession({ identity, user, token, projectId }: Session): AuthenticationResponse {
  const { id, platformRole, status, externalId, platformId } = user
  const { verified, firstName, lastName, email, trackEvents, newsLetter } = identity
  return {
    id,
    platformRole,
    status,
    externalId,
    platformId,
    verified,
    firstName,
    lastName,
    email,
    trackEvents: trackEvents ?? false,
    newsLetter: newsLetter ?? false,
    token,
    projectId,
  }
}
