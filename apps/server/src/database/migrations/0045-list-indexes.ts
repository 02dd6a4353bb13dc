import type { Migration } from '../migrate.ts'

/** Runs are found by their tags, which most do not have, and connections are listed newest first. */
export const listIndexes: Migration = {
  name: '0045-list-indexes',
  release: '0.1.0',
  breaking: false,
  up: [
    `create index flow_run_tags on flow_run using gin (tags) where tags <> '{}'`,
    `create index app_connection_newest on app_connection ("platformId", created desc, id desc)`,
  ],
  down: [`drop index flow_run_tags`, `drop index app_connection_newest`],
}
