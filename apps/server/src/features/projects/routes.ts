import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../../database/open.ts'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import type { PrincipalOf } from '../../http/principal.ts'
import { selectPlatformsOfPerson } from '../platforms/store.ts'
import { selectUserByExternalId } from '../users/store.ts'
import { presentProject, presentProjects } from './present.ts'
import type { Projects } from './service.ts'
import type { ProjectScope } from './store.ts'

export function projectRoutes(app: FastifyInstance, { db, projects }: { db: Db; projects: Projects }): void {
  implement(app, api.projects.create, async ({ principal, body }) =>
    presentProject(projects, await projects.create(principal.platformId, body)),
  )

  implement(app, api.projects.list, async ({ principal, query }) => {
    const scope = await scopeOf(principal, query.externalUserId)
    if (!scope) return singlePage([])
    const page = await projects.list(scope, query, query)
    return { ...page, data: await presentProjects(projects, page.data) }
  })

  implement(app, api.platforms.list, async ({ principal }) => {
    const platforms = await selectPlatformsOfPerson(db, principal.id)
    return Promise.all(
      platforms.map(async ({ id, name, userId, platformRole }) => {
        const own = await projects.all({ platformId: id, visibleTo: { id: userId, platformRole } })
        return { platformName: name, projects: await presentProjects(projects, own) }
      }),
    )
  })

  implement(app, api.projects.get, async ({ project }) =>
    presentProject(projects, await projects.get(project.platformId, project.id)),
  )

  implement(app, api.projects.update, async ({ principal, project, body }) => {
    const isAdmin = principal.type === 'SERVICE' || principal.platformRole === 'ADMIN'
    for (const field of ['externalId', 'globalConnectionExternalIds'] as const) {
      if (body[field] === undefined || isAdmin) continue
      throw new AppError('AUTHORIZATION', { message: `only administrators of the platform may change ${field}` })
    }
    return presentProject(projects, await projects.update(project.platformId, project.id, body))
  })

  implement(app, api.projects.remove, ({ project }) => projects.remove(project.platformId, project.id))

  async function scopeOf(
    principal: PrincipalOf<'USER' | 'SERVICE'>,
    externalUserId: string | undefined,
  ): Promise<ProjectScope | null> {
    const { platformId } = principal
    if (principal.type === 'USER') return { platformId, visibleTo: principal }
    if (externalUserId === undefined) return { platformId, visibleTo: null }
    const user = await selectUserByExternalId(db, platformId, externalUserId)
    return user ? { platformId, visibleTo: user } : null
  }
}
