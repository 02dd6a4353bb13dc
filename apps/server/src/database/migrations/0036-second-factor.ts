import type { Migration } from '../migrate.ts'

/** Codes of an app on the person's phone, next to the password. */
export const secondFactor: Migration = {
  name: '0036-second-factor',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table second_factor (
      "identityId" text collate "C" primary key references user_identity (id) on delete cascade,
      created timestamptz(3) not null default now(),
      secret jsonb not null,
      "confirmedAt" timestamptz(3),
      "lastStep" integer not null default 0,
      "recoveryCodes" text[] not null default '{}',
      failures integer not null default 0,
      "lockedUntil" timestamptz(3))`,
    `alter table platform add column "secondFactorRequired" boolean not null default false`,
  ],
  down: ['alter table platform drop column "secondFactorRequired"', 'drop table second_factor'],
}
