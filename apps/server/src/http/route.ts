import { LIVE_PATH } from '@piecework/model/live/path'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `implement` and `openAccess`; a route without it stops the start. */
    access?: string
  }
}

/** The longest part of a path, in characters. */
export const MAX_PART_LENGTH = 500

/** Every URL of the API begins with it. */
export const API_PREFIX = '/api'

/** Pages and what they are made of, by the beginning of their URLs. */
const PAGES = [
  '/docs',
  '/redirect',
  '/forms/',
  '/f/',
  '/chats/',
  '/responses/',
  '/human-input-assets/',
  '/assets/',
  '/favicon.svg',
  '/theme.js',
  '/*',
]

/** Routes that the graph API has outside of its own contract. */
const GRAPH_API = ['/v1/docs', '/v1/openapi.json', '/v1/*']

/** Routes that take any body, or have a key or a protocol of their own, by the beginning of their URL. */
const DOORS = [
  '/metrics',
  LIVE_PATH,
  ...[
    '/ui',
    '/v1/webhooks/:flowId',
    '/v1/app-events/:pieceUrl',
    '/v1/flow-runs/:id/waitpoints/:waitpointId',
    '/v1/flow-runs/:id/requests/:requestId',
    '/v1/admin/',
  ].map((path) => API_PREFIX + path),
]

const isOutsideContract = (url: string): boolean =>
  url === '/v1' || [...PAGES, ...GRAPH_API, ...DOORS].some((beginning) => url.startsWith(beginning))

/**
 * The `config` of a route that is registered on Fastify itself because it must be fast or is unusual.
 * @param reason why anybody may call it.
 */
export function openAccess(reason: string): { access: string } {
  return { access: `open: ${reason}` }
}

/** Stops the start when a route is registered that does not say who may call it, or that belongs in the contract. */
export function guardRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === 'declared') return
    const refuse = (why: string): never => {
      throw new Error(`The route ${String(method)} ${url} must not be registered: ${why}.`)
    }
    if (!config?.access) refuse('it does not say who may call it; use implement(), or mark it with openAccess()')
    if (!isOutsideContract(url)) refuse('declare it in packages/api, and use implement()')
  })
}
