import type { Migration } from '../migrate.ts'

/** The sessions of people, one for each sign-in. Tokens of before have none, and stay valid until they expire. */
export const sessions: Migration = {
  name: '0035-sessions',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table user_session (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      "userId" text collate "C" not null references "user" (id) on delete cascade,
      means text not null,
      ip text,
      device text not null,
      "secondFactor" boolean not null,
      turn integer not null default 1,
      "turnedAt" timestamptz(3) not null default now(),
      "lastUsedAt" timestamptz(3) not null default now(),
      "expiresAt" timestamptz(3) not null)`,
    `create index user_session_of on user_session ("userId", "lastUsedAt")`,
    `create index user_session_ends on user_session ("expiresAt")`,
    `alter table "user" add column "signedOutAt" timestamptz(3)`,
  ],
  down: ['alter table "user" drop column "signedOutAt"', 'drop table user_session'],
}
