import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { openAccess } from '../../http/route.ts'
import { isOperator } from '../../observability/caller.ts'
import type { Metrics } from './service.ts'

interface Parts {
  metrics: Metrics
  /** AP_METRICS_TOKEN; without it only this machine may read. */
  token: string | undefined
  /** Requests of flows may come from this process, which runs the egress proxy. */
  proxiesFlows: boolean
}

/** `GET /metrics` for Prometheus. */
export function metricsRoutes(app: FastifyInstance, { metrics, token, proxiesFlows }: Parts): void {
  app.addHook('onClose', async () => metrics.close())

  app.route({
    method: 'GET',
    url: '/metrics',
    config: openAccess('guarded by AP_METRICS_TOKEN, or open to the same machine only'),
    handler: async (request, reply) => {
      if (!(await mayRead(request, token, proxiesFlows))) {
        return reply.code(token === undefined ? 403 : 401).send({
          statusCode: token === undefined ? 403 : 401,
          code: token === undefined ? 'AUTHORIZATION' : 'INVALID_BEARER_TOKEN',
          params: {
            message:
              'Metrics can be read by programs on the same machine (Linux) that are not flows, or with AP_METRICS_TOKEN as a bearer token.',
          },
        })
      }
      return reply.type(metrics.contentType).send(await metrics.text())
    },
  })
}

/** Proxies of the same machine speak for others, so what they forward is not taken for local; nor are flows. */
async function mayRead(
  { headers, socket }: FastifyRequest,
  token: string | undefined,
  proxiesFlows: boolean,
): Promise<boolean> {
  if (token !== undefined) {
    const given = Buffer.from(headers.authorization ?? '')
    const wanted = Buffer.from(`Bearer ${token}`)
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }
  const forwarded = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some((name) => headers[name] !== undefined)
  return !forwarded && (await isOperator(socket, proxiesFlows))
}
