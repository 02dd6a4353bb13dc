import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { route } from '../../http/route.ts'
import { DisplayName, IdParams } from '../../http/schemas.ts'
import { AuthenticationResponse, presentSession } from '../authentication/present.ts'
import type { Authentication } from '../authentication/service.ts'
import { IMAGES_PATH, type PublicImages } from '../files/public-images.ts'
import { ProjectWithLimits, presentProjects } from '../projects/present.ts'
import type { Projects } from '../projects/service.ts'
import { Platform, presentPlatform } from './present.ts'
import {
  type PlatformChanges,
  type PlatformRow,
  selectPlatform,
  selectPlatformsOfPerson,
  updatePlatform,
} from './store.ts'
import { LOGOS, PlatformUpdate, readPlatformForm } from './update.ts'

interface Parts {
  db: Db
  projects: Projects
  authentication: Pick<Authentication, 'foundPlatform'>
  images: PublicImages
}

export function platformRoutes(app: FastifyInstance, { db, projects, authentication, images }: Parts): void {
  /** People and keys see their own platform; others do not exist for them. */
  const getOwn = async (principal: { platformId: string }, id: string): Promise<PlatformRow> => {
    const platform = principal.platformId === id ? await selectPlatform(db, id) : undefined
    if (!platform) throw notFound('platform', id)
    return platform
  }

  route(app, {
    method: 'GET',
    url: '/v1/platforms',
    summary: 'List the platforms of the person, each with its projects',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: { response: z.array(z.object({ platformName: z.string(), projects: z.array(ProjectWithLimits) })) },
    handler: async ({ principal }) => {
      const platforms = await selectPlatformsOfPerson(db, principal.id)
      return Promise.all(
        platforms.map(async ({ id, name, userId, platformRole }) => {
          const own = await projects.all({ platformId: id, visibleTo: { id: userId, platformRole } })
          return { platformName: name, projects: await presentProjects(projects, own) }
        }),
      )
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/platforms/:id',
    summary: 'Get the own platform',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    schema: { params: IdParams, response: Platform },
    handler: async ({ principal, params }) => presentPlatform(await getOwn(principal, params.id)),
  })

  route(app, {
    method: 'POST',
    url: '/v1/platforms/:id',
    summary: 'Change the own platform',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: { params: IdParams, body: PlatformUpdate, response: Platform },
    handler: async ({ principal, params: { id }, body, request }) => {
      const before = await getOwn(principal, id)
      const form = request.isMultipart() ? await readPlatformForm(request) : undefined
      const { federatedAuthProviders: _, ...changes } = form?.changes ?? body
      const logos: PlatformChanges = {}
      for (const [field, file] of form?.logos ?? []) {
        logos[LOGOS[field]] = await images.save(id, 'PLATFORM_ASSET', field, file)
      }
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      await updatePlatform(db, id, { ...Object.fromEntries(given), ...logos })
      for (const column of Object.values(LOGOS)) if (logos[column]) await images.remove(id, before[column])
      return presentPlatform(await getOwn(principal, id))
    },
  })

  route(app, {
    method: 'POST',
    url: '/v1/platforms',
    summary: 'Found another platform of the same person',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: { body: z.object({ name: DisplayName.max(100) }), response: AuthenticationResponse },
    handler: async ({ principal, body }) => presentSession(await authentication.foundPlatform(principal.id, body.name)),
  })

  route(app, {
    method: 'GET',
    url: `${IMAGES_PATH}:id`,
    summary: 'A logo or a profile picture',
    principals: 'public',
    permission: 'NONE',
    project: null,
    schema: { params: IdParams },
    handler: async ({ params, reply }) => {
      const image = await images.open(params.id)
      if (!image) throw notFound('file', params.id)
      return reply
        .headers(IMAGE_HEADERS)
        .type(image.metadata?.mimetype ?? 'application/octet-stream')
        .send(image.data)
    },
  })
}

/** An image is shown inside of pages; opened on its own it is saved, so an SVG cannot act in the name of this server. */
const IMAGE_HEADERS = {
  'content-disposition': 'attachment',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'public, max-age=31536000, immutable',
} as const
