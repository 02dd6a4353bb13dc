import type { Migration } from '../migrate.ts'

/** Workers that serve some platforms and no others; claims that look at few of many waiting projects. */
export const workerGroups: Migration = {
  name: '0006-worker-groups',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table platform add column "workerGroupId" text`,
    `alter table worker_machine add column "workerGroupId" text`,
    // By priority first, so that a claim walks from project to project and stops when it has enough.
    `drop index job_ready`,
    `create index job_ready on job (priority, "projectId", limited, "dueAt", id) where "leaseUntil" is null and ready`,
    `create index project_pool on project ("poolId") where "poolId" is not null`,
  ],
  down: [
    `drop index project_pool`,
    `drop index job_ready`,
    `create index job_ready on job ("projectId", limited, priority, "dueAt", id) where "leaseUntil" is null and ready`,
    `alter table worker_machine drop column "workerGroupId"`,
    `alter table platform drop column "workerGroupId"`,
  ],
}
