import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { withAbilities } from '../../policies/policy.ts'
import { projectMemberPolicy } from '../../policies/project-member.ts'
import { presentMember } from './present.ts'
import type { ProjectMembers } from './service.ts'

export function projectMemberRoutes(
  app: FastifyInstance,
  { projectMembers }: { projectMembers: ProjectMembers },
): void {
  app.projectFinders.set('project_member', projectMembers.projectOf)

  implement(app, api.projectMembers.list, async ({ actor, query }) => {
    const page = await projectMembers.list(actor, query, query)
    const data = page.data.map(presentMember)
    return { ...page, data: data.map((member) => withAbilities(query, projectMemberPolicy, actor, member)) }
  })

  implement(app, api.projectMembers.role, ({ actor }) => projectMembers.ownRole(actor))

  implement(app, api.projectMembers.add, async ({ actor, body }) =>
    presentMember(await projectMembers.add(actor, body)),
  )

  implement(app, api.projectMembers.update, async ({ actor, params, body }) =>
    presentMember(await projectMembers.update(actor, params.id, body.role)),
  )

  implement(app, api.projectMembers.remove, ({ actor, params }) => projectMembers.remove(actor, params.id))

  implement(app, api.projectRoles.members, async ({ actor, params, query }) => {
    const page = await projectMembers.listWithRole(actor, params.id, query)
    return { ...page, data: page.data.map(presentMember) }
  })
}
