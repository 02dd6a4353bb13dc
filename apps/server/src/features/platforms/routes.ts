import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { route } from '../../http/route.ts'
import { DisplayName, IdParams } from '../../http/schemas.ts'
import { ProjectWithLimits, presentProjects } from '../projects/present.ts'
import type { Projects } from '../projects/service.ts'
import { Platform, presentPlatform } from './present.ts'
import { type PlatformRow, selectPlatform, selectPlatformsOfPerson, updatePlatform } from './store.ts'

const PlatformUpdate = z.object({
  name: DisplayName.max(100).optional(),
  primaryColor: z.string().max(100).optional(),
  filteredPieceNames: z.array(z.string()).optional(),
  filteredPieceBehavior: z.enum(['ALLOWED', 'BLOCKED']).optional(),
  cloudAuthEnabled: z.boolean().optional(),
  emailAuthEnabled: z.boolean().optional(),
  allowedAuthDomains: z.array(z.string()).optional(),
  enforceAllowedAuthDomains: z.boolean().optional(),
  pinnedPieces: z.array(z.string()).optional(),
})

export function platformRoutes(app: FastifyInstance, { db, projects }: { db: Db; projects: Projects }): void {
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
    handler: async ({ principal, params, body }) => {
      await getOwn(principal, params.id)
      const given = Object.entries(body).filter(([, value]) => value !== undefined)
      await updatePlatform(db, params.id, Object.fromEntries(given))
      return presentPlatform(await getOwn(principal, params.id))
    },
  })
}
