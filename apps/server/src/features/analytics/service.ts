import type { AnalyticsReport, ReportQuery, TimePeriod } from '@piecework/api/analytics'
import { newId } from '@piecework/model/ids'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { analyticsPolicy } from '../../policies/analytics.ts'
import { authorize } from '../../policies/policy.ts'
import { type Saved, selectFlowFacts, selectOwners, selectRunsByDay, selectSaved } from './store.ts'

/** Counts of production runs over the projects that somebody may enter: nobody learns of the others. */
export interface Analytics {
  /** At most five minutes old. */
  report(actor: Actor, query: ReportQuery): Promise<AnalyticsReport>
  refresh(actor: Actor, query: ReportQuery): Promise<AnalyticsReport>
  saved(actor: Actor, by: 'project' | 'owner', period: TimePeriod): Promise<Saved[]>
}

const DAYS: Record<TimePeriod, number> = {
  ...{ 'last-week': 7, 'last-month': 30, 'last-three-months': 91, 'last-six-months': 182, 'last-year': 365 },
}
const DAY_MS = 24 * 3_600_000
const KEEP_MS = 5 * 60_000
/** Reports that an app keeps; each may be some megabytes. */
const KEPT = 20
/** Beyond it, the oldest days are left out. */
const MAX_RUN_ROWS = 50_000
const MAX_FLOWS = 10_000

interface Parts {
  db: Db
  projects: { all(actor: Actor): Promise<readonly { id: string }[]> }
}

export function createAnalytics({ db, projects }: Parts): Analytics {
  const kept = new LRUCache<string, AnalyticsReport>({ max: KEPT, ttl: KEEP_MS })
  const projectsOf = async (actor: Actor) => (await projects.all(actor)).map(({ id }) => id)
  const sinceOf = (period: TimePeriod) => new Date(Date.now() - DAYS[period] * DAY_MS)

  /** Kept by the projects, so that somebody who lost one does not see what was counted before. */
  const count = async (actor: Actor, query: ReportQuery, again: boolean): Promise<AnalyticsReport> => {
    const projectIds = await projectsOf(actor)
    const { timePeriod, timezone, from, to } = query
    const key = [actor.platformId, timePeriod, timezone, from, to, ...projectIds].join(' ')
    const known = again ? undefined : kept.get(key)
    if (known) return known
    const [runs, flows, users] = await Promise.all([
      selectRunsByDay(db, projectIds, { timezone, since: from ?? sinceOf(timePeriod), until: to }, MAX_RUN_ROWS),
      selectFlowFacts(db, projectIds, MAX_FLOWS),
      selectOwners(db, projectIds),
    ])
    const now = new Date().toISOString()
    const facts = { id: newId(), created: now, updated: now, cachedAt: now, platformId: actor.platformId }
    const report = { ...facts, outdated: false, runs, flows, users }
    kept.set(key, report)
    return report
  }

  return {
    async report(actor, query) {
      authorize(actor, analyticsPolicy.read)
      return count(actor, query, false)
    },

    async refresh(actor, query) {
      authorize(actor, analyticsPolicy.read)
      return count(actor, query, true)
    },

    async saved(actor, by, period) {
      authorize(actor, analyticsPolicy.read)
      return selectSaved(db, by, await projectsOf(actor), sinceOf(period))
    },
  }
}
