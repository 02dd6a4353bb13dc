import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { createIssueRecorder } from './record.ts'
import { issueRoutes } from './routes.ts'
import { createIssues } from './service.ts'

export function issues({ db, outbox, settings }: Pick<Core, 'db' | 'outbox' | 'settings'>): Plugin {
  const issues = createIssues({ db, archiveDays: settings.issueArchiveDays })
  const recorder = createIssueRecorder({ outbox, linkOf: (runId) => `${settings.frontendUrl}/runs/${runId}` })
  return { name: 'issues', routes: (app) => issueRoutes(app, { issues }), subscribers: [recorder] }
}
