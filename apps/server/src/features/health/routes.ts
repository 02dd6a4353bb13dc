import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os'
import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import type { Availability } from '../../database/availability.ts'
import { implement } from '../../http/implement.ts'

const SMALLEST_FREE_PART = 0.05
/** Processes that wait for each core, on average over a minute. */
const HIGHEST_LOAD_PER_CORE = 2

const HEALTHY = { status: 'Healthy' } as const

interface Parts {
  availability: Availability
  folder: string
  /** The server has started and does not stop yet. */
  isReady(): boolean
}

export function healthRoutes(app: FastifyInstance, { availability, folder, isReady }: Parts): void {
  implement(app, api.health.check, async ({ reply }) => {
    if (await availability.check()) return HEALTHY
    return reply.code(503).send({ status: 'Unhealthy' })
  })

  implement(app, api.health.live, () => HEALTHY)

  implement(app, api.health.ready, async ({ reply }) => {
    if (isReady() && (await availability.check())) return HEALTHY
    return reply.code(503).send({ status: 'Unhealthy' })
  })

  implement(app, api.health.system, async () => ({
    cpu: (loadavg()[0] ?? 0) < availableParallelism() * HIGHEST_LOAD_PER_CORE,
    disk: await hasSpace(folder),
    ram: freemem() / totalmem() > SMALLEST_FREE_PART,
    database: await availability.check(),
  }))
}

async function hasSpace(folder: string): Promise<boolean> {
  try {
    const { bavail, blocks } = await statfs(folder)
    return bavail / blocks > SMALLEST_FREE_PART
  } catch {
    return false
  }
}
