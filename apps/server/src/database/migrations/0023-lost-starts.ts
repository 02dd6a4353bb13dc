import type { Migration } from '../migrate.ts'

/** Jobs whose process was lost with them wait longer and longer before they are delivered again. */
export const lostStarts: Migration = {
  name: '0023-lost-starts',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table job add column lost integer not null default 0`,
    // The time of a job that waits, which a tick is known by.
    `alter table job add column "firstDueAt" timestamptz(3)`,
  ],
  down: [`alter table job drop column lost, drop column "firstDueAt"`],
}
