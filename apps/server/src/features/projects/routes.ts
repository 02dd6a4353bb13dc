import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { type Actor, actorOf, type PlatformPrincipal } from '../../access/actor.ts'
import { implement } from '../../http/implement.ts'
import { withAbilities } from '../../policies/policy.ts'
import { projectPolicy } from '../../policies/project.ts'
import type { Platforms } from '../platforms/service.ts'
import { presentProject, presentProjects } from './present.ts'
import type { Projects } from './service.ts'

export function projectRoutes(
  app: FastifyInstance,
  { platforms, projects }: { platforms: Platforms; projects: Projects },
): void {
  implement(app, api.projects.create, async ({ actor, body }) =>
    presentProject(projects, await projects.create(actor, body)),
  )

  implement(app, api.projects.list, async ({ actor, query }) => {
    const page = await projects.list(actor, query, query)
    const data = await presentProjects(projects, page.data)
    if (query.abilities !== true) return { ...page, data }
    const able = data.map(async (project) =>
      withAbilities(query, projectPolicy, await actorIn(actor, project.id), project),
    )
    return { ...page, data: await Promise.all(able) }
  })

  implement(app, api.platforms.list, async ({ actor }) => {
    const memberships = await platforms.ofPerson(actor)
    return Promise.all(
      memberships.map(async ({ id, name, userId, platformRole }) => {
        // The same person, as the user that they are there.
        const own = await projects.all(actorOf({ type: 'USER', id: userId, platformId: id, platformRole }, actor.ip))
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

  implement(app, api.users.remove, ({ actor, params }) => projects.removeUser(actor, params.id))

  /** With the role in a project; in one that went away meanwhile there is none. */
  const actorIn = (actor: Actor<PlatformPrincipal>, projectId: string): Promise<Actor> =>
    app.access.enterProject(actor, projectId).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'ENTITY_NOT_FOUND') return actor
      throw error
    })
}
