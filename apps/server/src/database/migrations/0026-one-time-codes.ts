import type { Migration } from '../migrate.ts'

/** Codes that prove that somebody reads the mail of an address. */
export const oneTimeCodes: Migration = {
  name: '0026-one-time-codes',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table otp (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      type text not null,
      "identityId" text not null references user_identity(id) on delete cascade,
      value text not null,
      state text not null,
      tries integer not null default 0,
      unique ("identityId", type))`,
  ],
  down: [`drop table otp`],
}
