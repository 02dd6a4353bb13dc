import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { readForm } from '../../http/form.ts'
import { pageOf, pageQuery } from '../../http/pagination.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import type { PublicImages } from '../files/public-images.ts'
import { OwnProfile, presentProfile, presentUser, User } from './present.ts'
import type { Users } from './service.ts'

const DEFAULT_LIMIT = 10

export function userRoutes(app: FastifyInstance, { users, images }: { users: Users; images: PublicImages }): void {
  route(app, {
    method: 'GET',
    url: '/v1/users',
    summary: 'List the users of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: {
      query: z.object({ externalId: z.string().optional(), ...pageQuery(DEFAULT_LIMIT) }),
      response: pageOf(User),
    },
    handler: async ({ principal, query }) => {
      const page = await users.list(principal.platformId, query, query)
      return { ...page, data: page.data.map(presentUser) }
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/users/:id',
    summary: 'Get a user; `me` is the one who asks',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: {
      params: IdParams,
      response: User.extend({ badges: z.array(z.object({ name: z.string(), created: z.string() })) }),
    },
    handler: async ({ principal, params }) => {
      const id = params.id === 'me' ? principal.id : params.id
      return { ...presentUser(await users.get(principal.platformId, id)), badges: [] }
    },
  })

  route(app, {
    method: 'POST',
    url: '/v1/users/me',
    summary: 'Change the own profile picture (multipart form with `profilePicture`)',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: { response: OwnProfile },
    handler: async ({ principal: { id, platformId }, request }) => {
      const { files } = await readForm(request)
      const picture = files.get('profilePicture')
      const unknown = [...files.keys()].find((field) => field !== 'profilePicture')
      if (unknown) throw new AppError('INVALID_REQUEST', { message: `body/${unknown}: send profilePicture` })
      if (!picture) return presentProfile(await users.get(platformId, id))
      const url = await images.save(platformId, 'USER_PROFILE_PICTURE', 'profilePicture', picture)
      const { before, user } = await users.setPicture(platformId, id, url)
      await images.remove(platformId, before)
      return presentProfile(user)
    },
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/users/me/profile-picture',
    summary: 'Remove the own profile picture',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: { response: z.object({ success: z.boolean() }) },
    handler: async ({ principal: { id, platformId } }) => {
      const { before } = await users.setPicture(platformId, id, null)
      await images.remove(platformId, before)
      return { success: true }
    },
  })

  route(app, {
    method: 'POST',
    url: '/v1/users/:id',
    summary: 'Change the status or the role of a user',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: {
      params: IdParams,
      body: z.object({
        status: z.enum(['ACTIVE', 'INACTIVE']).optional(),
        platformRole: z.enum(['ADMIN', 'MEMBER', 'OPERATOR']).optional(),
        externalId: z.string().min(1).optional(),
      }),
      response: User,
    },
    handler: async ({ principal, params, body }) =>
      presentUser(await users.update(principal.platformId, params.id, body)),
  })
}
