import { createHash, timingSafeEqual } from 'node:crypto'
import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import { InvalidRequest } from '../../http/errors.ts'
import { API_PREFIX, openAccess } from '../../http/route.ts'
import { workerGroup } from '../../settings/kinds.ts'
import { updatePlatform } from './store.ts'

const WorkerGroupRequest = z.object({ platformId: z.string(), workerGroupId: workerGroup.schema.nullable() })

interface Parts {
  db: Db
  /** AP_API_KEY; without it these routes are closed. */
  apiKey: string | undefined
  /** The work of a platform goes to other workers from now on. */
  events: Pick<Events, 'announce'>
  log: Logger
}

/** What the operator of an installation decides about its platforms (spec: facts/rest-api.md section 21). */
export function operatorRoutes(app: FastifyInstance, { db, apiKey, events, log }: Parts): void {
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
      if (!(await updatePlatform(db, platformId, { workerGroupId }))) throw notFound('platform', platformId)
      log.info({ platformId, workerGroupId }, 'a platform was given to other workers')
      events.announce('LIMITS_CHANGED', {})
      return { platformId, workerGroupId }
    },
  })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
