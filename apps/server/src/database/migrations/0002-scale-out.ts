import type { Migration } from '../migrate.ts'

/** Several apps on one database: who is there, what they tell each other, and limits over all of them. */
export const scaleOut: Migration = {
  name: '0002-scale-out',
  release: '0.1.0',
  breaking: false,
  up: [
    // Jobs that are not due yet stay out of the index that every claim walks: 10,000 pauses cost a claim nothing.
    `alter table job add column ready boolean not null default true`,
    // Whether the job counts against the limit of its project.
    `alter table job add column limited boolean not null default false`,
    `drop index job_ready`,
    `drop index job_due`,
    `create index job_ready on job ("projectId", limited, priority, "dueAt", id) where "leaseUntil" is null and ready`,
    `create index job_due on job ("dueAt") where not ready and "leaseUntil" is null`,
    // The app at which a caller waits for the answer of the run, and how long.
    `alter table flow_run add column "replyTo" text, add column "replyUntil" timestamptz(3)`,
    `create table app_instance (
      id text collate "C" primary key,
      seen timestamptz(3) not null default now())`,
    // Messages that are too large for NOTIFY. Losing them with the server is what NOTIFY does, too.
    `create unlogged table bus_message (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      body text not null)`,
    `create table worker_machine (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      information jsonb not null)`,
  ],
  down: [
    `drop table worker_machine, bus_message, app_instance`,
    `alter table flow_run drop column "replyTo", drop column "replyUntil"`,
    `drop index job_due`,
    `drop index job_ready`,
    `alter table job drop column limited, drop column ready`,
    `create index job_ready on job ("projectId", priority, "dueAt", id) where "leaseUntil" is null`,
    `create index job_due on job ("dueAt") where "leaseUntil" is null`,
  ],
}
