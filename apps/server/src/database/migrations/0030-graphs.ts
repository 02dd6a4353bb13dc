import type { Migration } from '../migrate.ts'

/** The graphs of flows as callers sent them to the graph API, and keys of projects. */
export const graphs: Migration = {
  name: '0030-graphs',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table flow_version add column graph jsonb`,
    `create table project_key (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "projectId" text collate "C" not null references project (id) on delete cascade,
      "displayName" text not null,
      scopes text[] not null,
      "hashedValue" text not null unique,
      "truncatedValue" text not null,
      "lastUsedAt" timestamptz(3))`,
    `create index project_key_project on project_key ("projectId", id)`,
    // Requests to execute that may be sent again: the key and the body as hashes.
    `create table execution_request (
      "projectId" text collate "C" not null references project (id) on delete cascade,
      key text collate "C" not null,
      created timestamptz(3) not null default now(),
      body text not null,
      "runId" text collate "C" not null,
      primary key ("projectId", key))`,
    `create index execution_request_created on execution_request (created)`,
  ],
  down: [`drop table execution_request`, `drop table project_key`, `alter table flow_version drop column graph`],
}
