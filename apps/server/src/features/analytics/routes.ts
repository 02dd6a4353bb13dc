import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { sendCsv } from '../../http/csv.ts'
import { implement } from '../../http/implement.ts'
import { reportLines } from './report-lines.ts'
import type { Analytics } from './service.ts'

export function analyticsRoutes(app: FastifyInstance, { analytics }: { analytics: Analytics }): void {
  implement(app, api.analytics.report, ({ actor, query }) => analytics.report(actor, query))

  implement(app, api.analytics.refresh, ({ actor, query }) => analytics.refresh(actor, query))

  implement(app, api.analytics.export, async ({ actor, query, reply }) =>
    sendCsv(reply, 'analytics.csv', reportLines(await analytics.report(actor, query))),
  )

  implement(app, api.analytics.byProject, async ({ actor, query }) =>
    (await analytics.saved(actor, 'project', query.timePeriod)).map(({ key, name, ...counts }) => ({
      ...{ projectId: key, projectName: name, ...counts },
    })),
  )

  implement(app, api.analytics.byPerson, async ({ actor, query }) =>
    (await analytics.saved(actor, 'owner', query.timePeriod)).map(({ key, name: _, ...counts }) => ({
      ...{ userId: key, ...counts },
    })),
  )
}
