import type { Migration } from '../migrate.ts'

/** Secret managers, and the connections that refer to them. */
export const secretManagers: Migration = {
  name: '0025-secret-managers',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table secret_manager_connection (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "platformId" text collate "C" not null references platform (id) on delete cascade,
      "providerId" text not null,
      name text not null,
      scope text not null,
      "projectIds" text[] not null,
      config jsonb not null
    )`,
    `create index secret_manager_platform on secret_manager_connection ("platformId", created, id)`,
    `alter table app_connection add column "usingSecretManager" boolean not null default false`,
  ],
  down: [`alter table app_connection drop column "usingSecretManager"`, 'drop table secret_manager_connection'],
}
