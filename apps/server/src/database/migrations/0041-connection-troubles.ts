import type { Migration } from '../migrate.ts'

/** The trouble that keeps a connection from working, and when a token that cannot be renewed ends. */
export const connectionTroubles: Migration = {
  name: '0041-connection-troubles',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table app_connection add column trouble text, add column "tokenEnds" timestamptz`,
    `create index app_connection_ending on app_connection ("tokenEnds") where trouble is null and "tokenEnds" is not null`,
  ],
  down: [`drop index app_connection_ending`, `alter table app_connection drop column trouble, drop column "tokenEnds"`],
}
