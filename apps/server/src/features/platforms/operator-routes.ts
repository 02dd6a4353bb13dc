import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'
import { systemTask } from '../../access/actor.ts'
import { InvalidRequest } from '../../http/errors.ts'
import { API_PREFIX, openAccess } from '../../http/route.ts'
import { workerGroup } from '../../settings/kinds.ts'
import type { Platforms } from './service.ts'

const WorkerGroupRequest = z.object({ platformId: z.string(), workerGroupId: workerGroup.schema.nullable() })

/** Holds AP_API_KEY. */
const OPERATOR = systemTask('operator')

interface Parts {
  platforms: Platforms
  /** AP_API_KEY; without it these routes are closed. */
  apiKey: string | undefined
  log: Logger
}

/** The endpoints by which the operator of an installation changes its platforms; AP_API_KEY opens them. */
export function operatorRoutes(app: FastifyInstance, { platforms, apiKey, log }: Parts): void {
  const expected = apiKey === undefined ? undefined : digest(apiKey)

  app.route({
    method: 'POST',
    url: `${API_PREFIX}/v1/admin/platforms/worker-group`,
    config: openAccess('guarded by AP_API_KEY'),
    handler: async (request, reply) => {
      const given = request.headers['api-key']
      if (!expected || typeof given !== 'string' || !timingSafeEqual(digest(given), expected)) {
        const message = 'The header api-key must hold the AP_API_KEY of the server.'
        return reply
          .code(403)
          .send({ statusCode: 403, code: 'AUTHORIZATION', params: { message }, message: 'Forbidden' })
      }
      const body = WorkerGroupRequest.safeParse(request.body ?? {})
      if (!body.success) throw new InvalidRequest('body', body.error)
      const { platformId, workerGroupId } = body.data
      await platforms.assignWorkerGroup(OPERATOR, platformId, workerGroupId)
      log.info({ platformId, workerGroupId }, 'a platform was given to other workers')
      return { platformId, workerGroupId }
    },
  })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
