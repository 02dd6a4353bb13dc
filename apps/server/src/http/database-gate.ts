import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Availability } from '../database/availability.ts'
import { API_PREFIX } from './route.ts'

/** A call that takes longer than this makes the server look whether the database does its work. */
const SUSPECT_MS = 300
const LOOK_MS = 200

/**
 * Answers calls with 503 within two seconds while the database does not take writes: new ones at once, and those that
 * are under way as soon as it is known. Calls that wait for a run go on, because the run does.
 */
export function guardDatabase(app: FastifyInstance, availability: Availability): void {
  const underWay = new Map<FastifyReply, number>()

  app.addHook('onRequest', (request, reply, done) => {
    if (!needsDatabase(request)) return done()
    const { fault } = availability
    if (fault && !(fault.canRead && onlyReads(request))) return done(fault)
    underWay.set(reply, performance.now())
    reply.raw.once('close', () => underWay.delete(reply))
    done()
  })

  const refuse = availability.onFault((fault) => {
    for (const reply of [...underWay.keys()]) {
      const { request } = reply
      if (reply.sent || reply.raw.headersSent || waitsForRun(request) || (fault.canRead && onlyReads(request))) continue
      underWay.delete(reply)
      void reply.send(fault)
    }
  })

  const look = setInterval(() => {
    const [oldest] = underWay.values()
    if (oldest !== undefined && performance.now() - oldest > SUSPECT_MS) void availability.check()
  }, LOOK_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(look)
    refuse()
  })
}

const urlOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? ''

/** Pages, metrics and health do without. */
function needsDatabase(request: FastifyRequest): boolean {
  const url = urlOf(request)
  return url.startsWith(`${API_PREFIX}/v1/`) && !url.startsWith(`${API_PREFIX}/v1/health`)
}

/** Webhooks and resume links, which any method calls, are no declared routes. */
function onlyReads({ method, routeOptions }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && routeOptions.config.access === 'declared'
}

const waitsForRun = (request: FastifyRequest): boolean => urlOf(request).endsWith('/sync')
