import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { type Actor, actorOf, type PlatformPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { implement } from '../../http/implement.ts'
import { withAbilities } from '../../policies/policy.ts'
import { projectPolicy } from '../../policies/project.ts'
import { selectPlatformsOfPerson } from '../platforms/store.ts'
import { presentProject, presentProjects } from './present.ts'
import type { Projects } from './service.ts'

export function projectRoutes(app: FastifyInstance, { db, projects }: { db: Db; projects: Projects }): void {
  implement(app, api.projects.create, async ({ actor, body }) =>
    presentProject(projects, await projects.create(actor, body)),
  )

  implement(app, api.projects.list, async ({ actor, query }) => {
    const page = await projects.list(actor, query, query)
    const data = await presentProjects(projects, page.data)
    if (query.abilities !== true) return { ...page, data }
    const able = data.map(async (project) =>
      withAbilities(query, projectPolicy, await within(actor, project.id), project),
    )
    return { ...page, data: await Promise.all(able) }
  })

  implement(app, api.platforms.list, async ({ actor }) => {
    const platforms = await selectPlatformsOfPerson(db, actor.principal.id)
    return Promise.all(
      platforms.map(async ({ id, name, userId, platformRole }) => {
        // The same person, as the user that they are there.
        const own = await projects.all(actorOf({ type: 'USER', id: userId, platformId: id, platformRole }))
        return { platformName: name, projects: await presentProjects(projects, own) }
      }),
    )
  })

  implement(app, api.projects.get, async ({ actor, query }) =>
    withAbilities(query, projectPolicy, actor, await presentProject(projects, await projects.get(actor))),
  )

  implement(app, api.projects.update, async ({ actor, body }) =>
    presentProject(projects, await projects.update(actor, body)),
  )

  implement(app, api.projects.remove, ({ actor }) => projects.remove(actor))

  /** With the role in a project; in one that went away meanwhile there is none. */
  const within = (actor: Actor<PlatformPrincipal>, projectId: string): Promise<Actor> =>
    app.access.enterProject(actor.principal, projectId).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'ENTITY_NOT_FOUND') return actor
      throw error
    })
}
