import { z } from 'zod'
import type { Session } from './service.ts'

/** Who has come in (spec: facts/rest-api.md section 1). */
export const AuthenticationResponse = z.object({
  id: z.string(),
  platformRole: z.enum(['ADMIN', 'MEMBER', 'OPERATOR']),
  status: z.enum(['ACTIVE', 'INACTIVE']),
  externalId: z.string().nullable(),
  platformId: z.string().nullable(),
  verified: z.boolean(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  trackEvents: z.boolean(),
  newsLetter: z.boolean(),
  token: z.string(),
  projectId: z.string().nullable(),
})
type AuthenticationResponse = z.infer<typeof AuthenticationResponse>

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
