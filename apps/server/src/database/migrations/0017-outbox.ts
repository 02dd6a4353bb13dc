import type { Migration } from '../migrate.ts'

/** Events that outlive the process: on their way, and in the audit log. */
export const outbox: Migration = {
  name: '0017-outbox',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table outbox (
      id text collate "C" not null,
      subscriber text not null,
      created timestamptz(3) not null default now(),
      name text not null,
      event text not null,
      "dueAt" timestamptz not null default now(),
      attempt integer not null default 0,
      "lastError" text,
      "deadAt" timestamptz,
      primary key (subscriber, id)
    )`,
    `create index outbox_due on outbox (subscriber, "dueAt", id) where "deadAt" is null`,
    `create table audit_event (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "platformId" text collate "C" not null references platform (id) on delete cascade,
      "projectId" text collate "C",
      "projectDisplayName" text,
      "userId" text collate "C",
      "userEmail" text,
      ip text,
      actor json not null,
      action text not null,
      data json not null
    )`,
    // For the retention: rows come in almost by age.
    `create index audit_event_age on audit_event using brin (created)`,
    `create index audit_event_newest on audit_event ("platformId", created, id)`,
    `create index audit_event_action on audit_event ("platformId", action, created, id)`,
    `create index audit_event_project on audit_event ("platformId", "projectId", created, id)`,
    `create index audit_event_user on audit_event ("platformId", "userId", created, id)`,
  ],
  down: ['drop table audit_event', 'drop table outbox'],
}
