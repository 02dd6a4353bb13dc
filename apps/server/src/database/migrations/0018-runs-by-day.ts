import type { Migration } from '../migrate.ts'

/** Runs of a project are counted by day from the index alone. */
export const runsByDay: Migration = {
  name: '0018-runs-by-day',
  release: '0.1.0',
  breaking: false,
  up: [
    `create index flow_run_day on flow_run ("projectId", created, status)
      where environment = 'PRODUCTION' and "archivedAt" is null`,
  ],
  down: [`drop index flow_run_day`],
}
