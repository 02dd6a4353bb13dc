import type { Migration } from '../migrate.ts'

/** Tokens that people make for their programs. */
export const personalTokens: Migration = {
  name: '0037-personal-tokens',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table personal_token (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "userId" text collate "C" not null references "user" (id) on delete cascade,
      "platformId" text collate "C" not null references platform (id) on delete cascade,
      "displayName" text not null,
      "hashedValue" text not null unique,
      "truncatedValue" text not null,
      "projectIds" text[],
      permissions text[] not null,
      "expiresAt" timestamptz(3) not null,
      "lastUsedAt" timestamptz(3))`,
    `create index personal_token_of on personal_token ("userId")`,
  ],
  down: ['drop table personal_token'],
}
