import type { Migration } from '../migrate.ts'

/** Forms of projects with what people filled in, and receivers of the events of one project. */
export const forms: Migration = {
  name: '0033-forms',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table form (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "projectId" text collate "C" not null references project (id) on delete cascade,
      name text not null,
      description text not null,
      fields jsonb not null)`,
    `create index form_project on form ("projectId", id)`,
    `create table form_submission (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      "formId" text collate "C" not null references form (id) on delete cascade,
      data jsonb not null,
      source jsonb not null)`,
    `create index form_submission_form on form_submission ("formId", id)`,
    `alter table event_destination add column "projectId" text collate "C" references project (id) on delete cascade`,
    `create index event_destination_project on event_destination ("projectId") where "projectId" is not null`,
    `alter table project add column "apiPlan" text`,
  ],
  down: [
    `alter table project drop column "apiPlan"`,
    `delete from event_destination where scope = 'PROJECT'`,
    `alter table event_destination drop column "projectId"`,
    `drop table form_submission`,
    `drop table form`,
  ],
}
