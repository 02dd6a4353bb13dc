import type { Migration } from '../migrate.ts'

/** Requests to the graph API, by key and window, of all apps together. */
export const apiCounts: Migration = {
  name: '0034-api-counts',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table api_count (
      key text collate "C" not null,
      "lengthMs" integer not null,
      start timestamptz(3) not null,
      used integer not null,
      primary key (key, "lengthMs"))`,
  ],
  down: [`drop table api_count`],
}
