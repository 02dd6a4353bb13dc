import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

interface PageRules {
  /** The directives of the Content-Security-Policy that allow what the pages need; all else is forbidden. */
  directives?: Readonly<Record<string, readonly string[]>>
  /** Scripts run by `reply.cspNonce.script` rather than by their origin, from which flows answer, too. */
  nonces?: boolean
  /** Who may show them in a frame: by default nobody. */
  frameAncestors?: readonly string[]
}

const NOTHING = ["'none'"]

/** The headers of all pages for people of a scope; not for the whole server, because calls of flows need none of it. */
export async function guardPages(scope: FastifyInstance, rules: PageRules): Promise<void> {
  const { directives = {}, nonces = false, frameAncestors = [] } = rules
  const isFramed = frameAncestors.length > 0
  await scope.register(helmet, {
    enableCSPNonces: nonces,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': NOTHING,
        'base-uri': NOTHING,
        'form-action': NOTHING,
        'frame-ancestors': isFramed ? frameAncestors : NOTHING,
        ...directives,
      },
    },
    xFrameOptions: isFramed ? false : { action: 'deny' },
    crossOriginResourcePolicy: isFramed ? { policy: 'cross-origin' } : { policy: 'same-origin' },
    // A page in a window of its own tells the one that opened it how it went.
    crossOriginOpenerPolicy: false,
  })
}
