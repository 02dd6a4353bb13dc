import type { Migration } from '../migrate.ts'

/** Receivers of the events of a platform, and the events on their way to them. */
export const eventDestinations: Migration = {
  name: '0021-event-destinations',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table event_destination (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "platformId" text collate "C" not null references platform (id) on delete cascade,
      scope text not null,
      kind text not null,
      events text[] not null,
      url text not null,
      secret json not null,
      headers json,
      "headerNames" text[] not null,
      status text not null,
      "disabledReason" text
    )`,
    `create index event_destination_platform on event_destination ("platformId", created, id)`,
    `create table event_delivery (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      "destinationId" text collate "C" not null references event_destination (id) on delete cascade,
      "eventId" text collate "C" not null,
      action text not null,
      event text not null,
      attempt integer not null default 0,
      "dueAt" timestamptz not null default now(),
      "retryUntil" timestamptz not null,
      "deliveredAt" timestamptz(3),
      "deadAt" timestamptz(3),
      "lastStatus" integer,
      "lastError" text
    )`,
    // By it a repetition of the outbox is known.
    `create unique index event_delivery_event on event_delivery ("destinationId", "eventId")`,
    `create index event_delivery_due on event_delivery ("destinationId", "dueAt", id)
      where "deliveredAt" is null and "deadAt" is null`,
    `create index event_delivery_newest on event_delivery ("destinationId", created, id)`,
    `create index event_delivery_age on event_delivery using brin (created)`,
  ],
  down: ['drop table event_delivery', 'drop table event_destination'],
}
