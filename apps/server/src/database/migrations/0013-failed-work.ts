import type { Migration } from '../migrate.ts'

/** The runs that ended by a fault of the system, for the queue dashboard. There are few of them. */
export const failedWork: Migration = {
  name: '0013-failed-work',
  release: '0.1.0',
  breaking: false,
  up: [`create index flow_run_given_up on flow_run (id desc) where status = 'INTERNAL_ERROR'`],
  down: ['drop index flow_run_given_up'],
}
