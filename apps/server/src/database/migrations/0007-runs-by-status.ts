import type { Migration } from '../migrate.ts'

/** Lists of runs by their status take as long as their page, however many runs of other statuses there are. */
export const runsByStatus: Migration = {
  name: '0007-runs-by-status',
  release: '0.1.0',
  breaking: false,
  up: [
    `drop index flow_run_live`,
    `create index flow_run_live on flow_run (status, "projectId", id desc)
      where status in ('QUEUED', 'RUNNING', 'PAUSED')`,
    `create index flow_run_unsuccessful on flow_run ("projectId", status, id desc)
      where status not in ('QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED')`,
  ],
  down: [
    `drop index flow_run_unsuccessful`,
    `drop index flow_run_live`,
    `create index flow_run_live on flow_run (status) where status in ('QUEUED', 'RUNNING', 'PAUSED')`,
  ],
}
