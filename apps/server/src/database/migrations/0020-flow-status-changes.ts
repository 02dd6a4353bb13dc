import type { Migration } from '../migrate.ts'

/** Who switched a flow on or off last, and why the server did so by itself. */
export const flowStatusChanges: Migration = {
  name: '0020-flow-status-changes',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table flow_status_change (
      "flowId" text collate "C" primary key references flow(id) on delete cascade,
      status text not null,
      changed timestamptz(3) not null,
      "userId" text,
      "userName" text,
      reason text)`,
  ],
  down: [`drop table flow_status_change`],
}
