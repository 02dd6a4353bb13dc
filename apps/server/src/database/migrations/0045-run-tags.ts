import type { Migration } from '../migrate.ts'

/** Runs are found by their tags. Most have none. */
export const runTags: Migration = {
  name: '0045-run-tags',
  release: '0.1.0',
  breaking: false,
  up: [`create index flow_run_tags on flow_run using gin (tags) where tags <> '{}'`],
  down: [`drop index flow_run_tags`],
}
