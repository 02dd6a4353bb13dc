import type { Migration } from '../migrate.ts'

/** How often a run was retried: what it does then, it does anew. */
export const runRetries: Migration = {
  name: '0008-run-retries',
  release: '0.1.0',
  breaking: false,
  up: [`alter table flow_run add column retries integer not null default 0`],
  down: [`alter table flow_run drop column retries`],
}
