import type { Migration } from '../migrate.ts'

/** The latest operations on flows, in order, for people who edit a flow together. */
export const flowRevisions: Migration = {
  name: '0015-flow-revisions',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table flow add column revision integer not null default 0`,
    `create table flow_operation (
      "flowId" text collate "C" not null references flow(id) on delete cascade,
      revision integer not null,
      "flowVersionId" text collate "C" not null,
      created timestamptz(3) not null,
      "userId" text,
      "authorName" text,
      "clientOperationId" text,
      type text not null,
      touched text[] not null,
      -- json, not jsonb: what is applied elsewhere is what was sent, in its order.
      operation json,
      size integer not null,
      primary key ("flowId", revision))`,
    `create unique index flow_operation_client on flow_operation ("flowId", "clientOperationId")
      where "clientOperationId" is not null`,
    `create index flow_operation_created on flow_operation (created)`,
  ],
  down: [`drop table flow_operation`, `alter table flow drop column revision`],
}
