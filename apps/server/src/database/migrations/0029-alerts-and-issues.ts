import type { Migration } from '../migrate.ts'

const base = `id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now()`

/** Failures grouped into issues, who hears of them, and how often a flow is expected to run. */
export const alertsAndIssues: Migration = {
  name: '0029-alerts-and-issues',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table alert (
      ${base},
      "projectId" text collate "C" not null references project (id) on delete cascade,
      channel text not null,
      receiver text not null,
      secret jsonb
    )`,
    `create unique index alert_receiver on alert ("projectId", channel, receiver)`,
    `create table issue (
      ${base},
      "projectId" text collate "C" not null references project (id) on delete cascade,
      "flowId" text collate "C" not null references flow (id) on delete cascade,
      "stepName" text not null,
      "stepDisplayName" text not null,
      "runStatus" text not null,
      kind text not null,
      message text not null,
      status text not null default 'UNRESOLVED',
      count integer not null default 0,
      "firstSeen" timestamptz(3) not null,
      "lastSeen" timestamptz(3) not null,
      "lastRunId" text collate "C" not null,
      unalerted integer not null default 0,
      "alertedAt" timestamptz(3)
    )`,
    `create unique index issue_key on issue ("flowId", "stepName", "runStatus", kind)`,
    `create index issue_list on issue ("projectId", "lastSeen" desc, id desc)`,
    `create index issue_unalerted on issue ("alertedAt") where unalerted > 0`,
    `create table issue_run (
      "runId" text collate "C" primary key references flow_run (id) on delete cascade,
      "issueId" text collate "C" not null references issue (id) on delete cascade,
      "eventId" text collate "C" not null
    )`,
    `create index issue_run_issue on issue_run ("issueId", "runId")`,
    `create table flow_expectation (
      "flowId" text collate "C" primary key references flow (id) on delete cascade,
      "projectId" text collate "C" not null references project (id) on delete cascade,
      minutes integer not null,
      since timestamptz(3) not null,
      "alertedAt" timestamptz(3)
    )`,
    `create index flow_expectation_project on flow_expectation ("projectId")`,
  ],
  down: ['drop table flow_expectation', 'drop table issue_run', 'drop table issue', 'drop table alert'],
}
