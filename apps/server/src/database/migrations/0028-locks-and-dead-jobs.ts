import type { Migration } from '../migrate.ts'

/** Locks for work that apps do one after the other and that takes too long for a transaction; jobs that no app can do. */
export const locksAndDeadJobs: Migration = {
  name: '0028-locks-and-dead-jobs',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table named_lock (
      name text collate "C" primary key,
      owner text not null,
      "leaseUntil" timestamptz(3) not null)`,
    `create table dead_job (
      id text collate "C" primary key,
      created timestamptz(3) not null,
      died timestamptz(3) not null default now(),
      kind text not null,
      "projectId" text collate "C" not null,
      priority smallint not null,
      attempt integer not null,
      reason text not null,
      data text)`,
    `create index dead_job_died on dead_job (died)`,
  ],
  down: [`drop table dead_job`, `drop table named_lock`],
}
