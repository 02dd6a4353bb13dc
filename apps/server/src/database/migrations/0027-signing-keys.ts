import type { Migration } from '../migrate.ts'

/** Keys with which programs let their users in. */
export const signingKeys: Migration = {
  name: '0027-signing-keys',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table signing_key (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "displayName" text not null,
      "platformId" text not null references platform(id) on delete cascade,
      "publicKey" text not null,
      algorithm text not null)`,
    `create index signing_key_platform on signing_key ("platformId", id desc)`,
  ],
  down: [`drop table signing_key`],
}
