import type { Migration } from '../migrate.ts'

/** Connections by OAuth2: whose turn it is to renew a token, and the OAuth2 apps of platforms. */
export const oauth2: Migration = {
  name: '0003-oauth2',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table app_connection add column "renewal" text, add column "renewalUntil" timestamptz(3)`,
    `create table oauth_app (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "platformId" text not null references platform(id) on delete cascade,
      "pieceName" text not null,
      "clientId" text not null,
      "clientSecret" jsonb not null,
      unique ("platformId", "pieceName"))`,
  ],
  down: [`drop table oauth_app`, `alter table app_connection drop column "renewal", drop column "renewalUntil"`],
}
