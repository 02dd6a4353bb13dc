import type { Migration } from '../migrate.ts'

/** Actions on many runs, which any app carries on, one batch after the other. */
export const bulkActs: Migration = {
  name: '0019-bulk-acts',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table bulk_act (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "projectId" text collate "C" not null references project(id) on delete cascade,
      "userId" text,
      action text not null,
      strategy text,
      selection json not null,
      status text not null,
      total integer not null,
      done integer not null default 0,
      skipped integer not null default 0,
      "lastRunId" text collate "C" not null default '',
      finished timestamptz(3),
      message text,
      owner text,
      "leaseUntil" timestamptz(3),
      failures integer not null default 0)`,
    `create index bulk_act_project on bulk_act ("projectId", id desc)`,
    `create index bulk_act_running on bulk_act (created) where status = 'RUNNING'`,
  ],
  down: [`drop table bulk_act`],
}
