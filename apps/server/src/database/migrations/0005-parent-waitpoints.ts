import type { Migration } from '../migrate.ts'

/**
 * A run knows which pause of its parent waits for it, so that it ends that one and no other when it fails. Runs that
 * are over and still have what they began with are found when that is to go.
 */
export const parentWaitpoints: Migration = {
  name: '0005-parent-waitpoints',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table flow_run add column "parentWaitpointId" text collate "C"`,
    `create index flow_run_kept on flow_run (updated)
      where "finishTime" is not null and (payload is not null or "payloadFileId" is not null)`,
  ],
  down: [`drop index flow_run_kept`, `alter table flow_run drop column "parentWaitpointId"`],
}
