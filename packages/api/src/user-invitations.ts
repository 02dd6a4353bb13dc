import { z } from 'zod'
import { abilitiesQuery, UserInvitationAbilities } from './abilities.ts'
import { endpoint } from './endpoint.ts'
import { ProjectRole } from './member-shapes.ts'
import { Email, IdParams, pageOf, pageQuery } from './shapes.ts'

export const PlatformRole = z.enum(['ADMIN', 'MEMBER', 'OPERATOR'])

/** Somebody who is asked to come in: to the platform alone, or to a project, too. */
export const UserInvitation = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  type: z.enum(['PLATFORM', 'PROJECT']),
  email: z.string(),
  status: z.enum(['PENDING', 'ACCEPTED']),
  platformRole: PlatformRole.nullable(),
  projectId: z.string().nullable(),
  projectRoleId: z.string().nullable(),
  projectRole: ProjectRole.nullable(),
  expires: z.string().describe('When its link stops working.'),
})
export type UserInvitation = z.infer<typeof UserInvitation>

/** The answer to who invites. */
const SentInvitation = UserInvitation.extend({
  link: z.string().optional().describe('For the person who is invited; only where the server sends no mail.'),
})

const toProject = {
  type: z.literal('PROJECT'),
  projectId: z.string(),
  projectRole: z.string().min(1).max(100).describe('The name of a role; capital letters do not matter.'),
}
const toPlatform = { type: z.literal('PLATFORM'), platformRole: PlatformRole }

const one = { email: Email }
const several = { emails: z.array(Email).min(1).max(100) }

const principals = ['USER', 'SERVICE'] as const
const inBody = { by: 'id', part: 'body', field: 'projectId', otherwise: 'PLATFORM_ADMIN' } as const
const row = { by: 'row', row: 'user_invitation', part: 'params', field: 'id', otherwise: 'PLATFORM_ADMIN' } as const

export const userInvitations = {
  create: endpoint({
    method: 'POST',
    path: '/v1/user-invitations',
    operationId: 'userInvitations.create',
    summary: 'Invite somebody to the platform or to a team project, or again',
    principals,
    permission: 'WRITE_INVITATION',
    project: inBody,
    status: 201,
    body: z.discriminatedUnion('type', [z.object({ ...toProject, ...one }), z.object({ ...toPlatform, ...one })]),
    response: SentInvitation,
    errors: ['EXISTING_USER', 'VALIDATION'],
  }),
  createMany: endpoint({
    method: 'POST',
    path: '/v1/user-invitations/batch',
    operationId: 'userInvitations.createMany',
    summary: 'Invite several people alike; who cannot be invited has an error in the answer',
    principals,
    permission: 'WRITE_INVITATION',
    project: inBody,
    status: 201,
    body: z.discriminatedUnion('type', [
      z.object({ ...toProject, ...several }),
      z.object({ ...toPlatform, ...several }),
    ]),
    response: z.object({
      data: z.array(
        z.object({
          email: z.string(),
          invitation: SentInvitation.nullable(),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
        }),
      ),
    }),
    errors: ['VALIDATION'],
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/user-invitations',
    operationId: 'userInvitations.list',
    summary: 'List the invitations to a project, or those of the whole platform',
    principals,
    permission: 'READ_INVITATION',
    project: { by: 'id', part: 'query', field: 'projectId', otherwise: 'PLATFORM_ADMIN' },
    query: z.object({
      type: z.enum(['PLATFORM', 'PROJECT']).optional(),
      projectId: z.string().optional(),
      status: z.enum(['PENDING', 'ACCEPTED']).optional(),
      ...abilitiesQuery,
      ...pageQuery(10),
    }),
    response: pageOf(UserInvitation.extend({ abilities: UserInvitationAbilities })),
  }),
  accept: endpoint({
    method: 'POST',
    path: '/v1/user-invitations/accept',
    operationId: 'userInvitations.accept',
    summary: 'Accept an invitation by the token of its link',
    principals: 'public',
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({ invitationToken: z.string().max(2000) }),
    response: UserInvitation.extend({
      hasAccount: z.boolean().describe('Whether the person can sign in already; else they sign up now.'),
    }),
    errors: ['INVALID_OR_EXPIRED_JWT_TOKEN'],
  }),
  resend: endpoint({
    method: 'POST',
    path: '/v1/user-invitations/:id/resend',
    operationId: 'userInvitations.resend',
    summary: 'Send an invitation again; it is valid for another seven days',
    principals,
    permission: 'WRITE_INVITATION',
    project: row,
    params: IdParams,
    response: SentInvitation,
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/user-invitations/:id',
    operationId: 'userInvitations.remove',
    summary: 'Delete an invitation; its link stops working',
    principals,
    permission: 'WRITE_INVITATION',
    project: row,
    status: 204,
    params: IdParams,
  }),
}
