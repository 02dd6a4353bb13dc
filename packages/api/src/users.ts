import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf, pageQuery } from './shapes.ts'

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

/** The profile of the caller. */
export const OwnProfile = z.object({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  trackEvents: z.boolean(),
  newsLetter: z.boolean(),
  imageUrl: z.string().nullable(),
})
export type OwnProfile = z.infer<typeof OwnProfile>

export const users = {
  list: endpoint({
    method: 'GET',
    path: '/v1/users',
    operationId: 'users.list',
    summary: 'List the users of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    query: z.object({ externalId: z.string().optional(), ...pageQuery(10) }),
    response: pageOf(User),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/users/:id',
    operationId: 'users.get',
    summary: 'Get a user; `me` is the caller',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    params: IdParams,
    response: User.extend({ badges: z.array(z.object({ name: z.string(), created: z.string() })) }),
  }),
  updateMe: endpoint({
    method: 'POST',
    path: '/v1/users/me',
    operationId: 'users.updateMe',
    summary: "Change the caller's profile picture (multipart form with `profilePicture`)",
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    form: true,
    response: OwnProfile,
  }),
  removePicture: endpoint({
    method: 'DELETE',
    path: '/v1/users/me/profile-picture',
    operationId: 'users.removePicture',
    summary: "Remove the caller's profile picture",
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    response: z.object({ success: z.boolean() }),
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/users/:id',
    operationId: 'users.update',
    summary: 'Change the status or the role of a user',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    body: z.object({
      status: z.enum(['ACTIVE', 'INACTIVE']).optional(),
      platformRole: z.enum(['ADMIN', 'MEMBER', 'OPERATOR']).optional(),
      externalId: z.string().min(1).optional(),
    }),
    response: User,
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/users/:id',
    operationId: 'users.remove',
    summary: 'Remove a user from the platform, with their personal project',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 204,
    params: IdParams,
    errors: ['VALIDATION'],
  }),
}
