import type { Migration } from '../migrate.ts'

/** Triggers that were in the middle of being taken into or out of service when their server died. */
export const settledTriggers: Migration = {
  name: '0009-settled-triggers',
  release: '0.1.0',
  breaking: false,
  // An app of the release before knows nothing of it: what that one registers counts as settled.
  up: [`alter table trigger_source add column settled boolean not null default true`],
  down: [`alter table trigger_source drop column settled`],
}
