import type { Migration } from '../migrate.ts'

/** The end of the page of a form, whether it takes answers, and submissions that look like spam. */
export const formPages: Migration = {
  name: '0039-form-pages',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table form
      add column "isOpen" boolean not null default true,
      add column thanks text not null default '',
      add column "redirectUrl" text`,
    `alter table form_submission add column "isSpam" boolean not null default false`,
  ],
  down: [
    `delete from form_submission where "isSpam"`,
    `alter table form_submission drop column "isSpam"`,
    `alter table form drop column "isOpen", drop column thanks, drop column "redirectUrl"`,
  ],
}
