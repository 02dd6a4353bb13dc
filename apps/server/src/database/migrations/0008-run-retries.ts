import type { Migration } from '../migrate.ts'

/** The number of retries of a run: a retry starts child runs of its own, and their ids derive from it. */
export const runRetries: Migration = {
  name: '0008-run-retries',
  release: '0.1.0',
  breaking: false,
  up: [`alter table flow_run add column retries integer not null default 0`],
  down: [`alter table flow_run drop column retries`],
}
