import { AppError } from '@piecework/model/errors'
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../access/access.ts'
import { actorOf, type ProjectActor } from '../../access/actor.ts'
import type { Principal, PrincipalType } from '../../access/principal.ts'

/** Who calls the graph API: a key of a project, or a key of the platform or a person, who name a project. */
export interface GraphCallers {
  identify(request: FastifyRequest): Promise<Principal>
  /**
   * @throws AppError AUTHORIZATION, ENTITY_NOT_FOUND for projects that the caller has no role in, INVALID_REQUEST
   * without a project
   */
  enter(principal: Principal, request: FastifyRequest, scope: 'read' | 'write'): Promise<ProjectActor>
}

const MAY_CALL: ReadonlySet<PrincipalType> = new Set(['PROJECT_KEY', 'SERVICE', 'USER'])

export function createGraphCallers(access: Access, addressOf: (request: FastifyRequest) => string): GraphCallers {
  return {
    identify: (request) => access.identify(request.headers.authorization),
    async enter(principal, request, scope) {
      if (principal.type === 'WORKER' || !MAY_CALL.has(principal.type))
        throw new AppError('AUTHORIZATION', { message: `a principal of type ${principal.type} may not use this API` })
      const named = request.headers['x-project-id']
      const given = typeof named === 'string' && named !== '' ? named : undefined
      const own = principal.type === 'PROJECT_KEY' ? principal.projectId : undefined
      if (own !== undefined && given !== undefined && given !== own)
        throw new AppError('AUTHORIZATION', {
          message: 'the key belongs to another project than the header X-Project-Id names',
          field: 'X-Project-Id',
        })
      const projectId = own ?? given
      if (projectId === undefined)
        throw new AppError('INVALID_REQUEST', {
          field: 'X-Project-Id',
          message: 'the header X-Project-Id is required with a key of the platform: name the project',
        })
      if (principal.type === 'PROJECT_KEY' && scope === 'write' && !principal.mayWrite)
        throw new AppError('AUTHORIZATION', { message: 'the key has the scope read alone, and this needs write' })
      return access.enterProject(actorOf(principal, addressOf(request)), projectId)
    },
  }
}
