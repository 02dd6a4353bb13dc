import type { ApiPlan } from '@piecework/api/graph/plans'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../access/principal.ts'
import { createCache } from '../../cache.ts'
import type { Db } from '../../database/open.ts'
import { selectApiPlan } from './plan-store.ts'

const MAX_REMEMBERED = 10_000
/** A plan that was changed holds after this time at the latest. */
const REMEMBER_MS = 10_000

/** The plan of the project that a request is about; of those without a project, the default. */
export function createPlans({ db, fallback }: { db: Db; fallback: ApiPlan }) {
  const plans = createCache<{ plan: ApiPlan }>({ max: MAX_REMEMBERED, ttlMs: REMEMBER_MS })
  return async (principal: Principal | undefined, { headers }: FastifyRequest): Promise<ApiPlan> => {
    const named = headers['x-project-id']
    if (principal === undefined || principal.type === 'WORKER') return fallback
    const projectId = principal.type === 'PROJECT_KEY' ? principal.projectId : named
    if (typeof projectId !== 'string') return fallback
    const { platformId } = principal
    const { plan } = await plans.get(JSON.stringify([platformId, projectId]), async () => ({
      plan: (await selectApiPlan(db, platformId, projectId)) ?? fallback,
    }))
    return plan
  }
}
