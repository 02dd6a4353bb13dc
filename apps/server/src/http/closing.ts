import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Server } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ANSWERED, abortBody, type Connections } from './connections.ts'

export interface Closing {
  /** From now on each answer ends its connection, so that clients turn to another server; all is served as before. */
  drain(): void
  /**
   * Takes no more requests, waits for a while until those that are there are answered, does the given work, and ends
   * all connections. Until that work is done, steps of active runs are served: without the API they could not end.
   * A server is not closed before its last connection is: those of separate workers are ended by that work, and
   * callers keep theirs open.
   * @param patienceMs how long answers may take; bodies that have not arrived by then are not waited for.
   */
  close(patienceMs: number, work: () => Promise<void>): Promise<void>
}

/** How long a body that is on its way may still take. */
const BODY_PATIENCE_MS = 1000
/** How long a connection may take to end by itself when all is done. */
const END_PATIENCE_MS = 1000

/**
 * Ends the server within the given time, whatever clients do.
 * @param isStep whether the request comes from a step of a run, which goes on while the server stops.
 */
export function closing(
  app: FastifyInstance,
  connections: Connections,
  isStep: (request: FastifyRequest) => Promise<boolean>,
): Closing {
  let state: 'OPEN' | 'DRAINING' | 'CLOSING' | 'CLOSED' = 'OPEN'
  const { open } = connections

  app.addHook('onRequest', (request, reply, done) => {
    if (state === 'OPEN') return done()
    reply.header('connection', 'close')
    if (state === 'DRAINING') return done()
    if (state === 'CLOSED') return done(stopping())
    isStep(request).then((served) => done(served ? undefined : stopping()), done)
  })
  const cutBodies = (): void => {
    for (const response of open) if (isArriving(response)) abortBody(response, stopping())
  }

  const answered = async (limit: AbortSignal): Promise<void> => {
    while (open.size > 0 && !limit.aborted) await once(app.server, ANSWERED, { signal: limit }).catch(() => undefined)
  }

  return {
    drain() {
      if (state !== 'OPEN') return
      state = 'DRAINING'
      for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close')
    },
    async close(patienceMs, work) {
      state = 'CLOSING'
      app.server.closeIdleConnections()
      const bodies = setTimeout(cutBodies, Math.min(BODY_PATIENCE_MS, patienceMs))
      await answered(AbortSignal.timeout(patienceMs))
      clearTimeout(bodies)
      cutBodies()
      try {
        await work()
      } finally {
        state = 'CLOSED'
        await stopListening(app.server)
        const closed = app.close()
        app.server.closeIdleConnections()
        const patience = setTimeout(connections.destroyAll, END_PATIENCE_MS)
        await closed
        clearTimeout(patience)
      }
    },
  }
}

/** Rounds of the event loop: each accepts one waiting connection, if there is one; the first may be half over. */
const MOST_ROUNDS = 1000
const QUIET_ROUNDS = 2

/** Connections that have come and were not taken in would be cut off: listens until none is left. */
async function stopListening(server: FastifyInstance['server']): Promise<void> {
  let quiet = 0
  const note = () => {
    quiet = -1
  }
  server.on('connection', note)
  for (let round = 0; quiet < QUIET_ROUNDS && round < MOST_ROUNDS; round++) {
    await setImmediate()
    quiet++
  }
  // That of HTTP looks after its connections first, and more would come meanwhile.
  Server.prototype.close.call(server)
  server.off('connection', note)
}

const isArriving = ({ req }: ServerResponse): boolean => !req.complete

const stopping = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', { message: 'The server is stopping. Try again: another server may answer.' })
