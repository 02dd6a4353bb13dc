import type { Migration } from '../migrate.ts'

/**
 * Who edits and who looks at what. Unlogged: it is true for a minute or two, and a crash of the database ends the
 * connections that it is about.
 */
export const live: Migration = {
  name: '0004-live',
  release: '0.1.0',
  breaking: false,
  up: [
    `create unlogged table live_lock (
      "projectId" text collate "C" not null,
      "resourceId" text collate "C" not null,
      "userId" text collate "C" not null,
      "userDisplayName" text not null,
      "socketId" text collate "C" not null,
      "expiresAt" timestamptz(3) not null,
      primary key ("projectId", "resourceId"))`,
    `create index live_lock_expires on live_lock ("expiresAt")`,
    `create index live_lock_socket on live_lock ("socketId")`,
    `create unlogged table live_presence (
      "projectId" text collate "C" not null,
      "resourceId" text collate "C" not null,
      "userId" text collate "C" not null,
      "socketId" text collate "C" not null,
      created timestamptz(3) not null default now(),
      "expiresAt" timestamptz(3) not null,
      primary key ("projectId", "resourceId", "socketId"))`,
    `create index live_presence_expires on live_presence ("expiresAt")`,
    `create index live_presence_socket on live_presence ("socketId")`,
  ],
  down: [`drop table live_presence, live_lock`],
}
