import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Availability } from '../../database/availability.ts'
import { route } from '../../http/route.ts'

const SMALLEST_FREE_PART = 0.05
/** Processes that wait for each core, on average over a minute. */
const HIGHEST_LOAD_PER_CORE = 2

const Health = z.object({ status: z.enum(['Healthy', 'Unhealthy']) })

interface Parts {
  availability: Availability
  folder: string
  /** The server has started and does not stop yet. */
  isReady(): boolean
}

export function healthRoutes(app: FastifyInstance, { availability, folder, isReady }: Parts): void {
  route(app, {
    method: 'GET',
    url: '/v1/health',
    summary: 'Whether the server can do its work: its database takes writes',
    principals: 'public',
    permission: 'NONE',
    project: null,
    schema: { response: Health },
    handler: async ({ reply }) => {
      if (await availability.check()) return { status: 'Healthy' }
      return reply.code(503).send({ status: 'Unhealthy' })
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/health/live',
    summary: 'Whether the process answers at all; restart it when it does not',
    principals: 'public',
    permission: 'NONE',
    project: null,
    schema: { response: Health },
    handler: () => ({ status: 'Healthy' }),
  })

  route(app, {
    method: 'GET',
    url: '/v1/health/ready',
    summary:
      'Whether calls should be sent to this process: it has started, its database takes writes, it is not stopping',
    principals: 'public',
    permission: 'NONE',
    project: null,
    schema: { response: Health },
    handler: async ({ reply }) => {
      if (isReady() && (await availability.check())) return { status: 'Healthy' }
      return reply.code(503).send({ status: 'Unhealthy' })
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/health/system',
    summary: 'Which parts of the machine have room left',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: { response: z.object({ cpu: z.boolean(), disk: z.boolean(), ram: z.boolean(), database: z.boolean() }) },
    handler: async () => ({
      cpu: (loadavg()[0] ?? 0) < availableParallelism() * HIGHEST_LOAD_PER_CORE,
      disk: await hasSpace(folder),
      ram: freemem() / totalmem() > SMALLEST_FREE_PART,
      database: await availability.check(),
    }),
  })
}

async function hasSpace(folder: string): Promise<boolean> {
  try {
    const { bavail, blocks } = await statfs(folder)
    return bavail / blocks > SMALLEST_FREE_PART
  } catch {
    return false
  }
}
