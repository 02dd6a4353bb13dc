import type { Migration } from '../migrate.ts'

/** Sign-ins by SAML that go on. */
export const saml: Migration = {
  name: '0032-saml',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table saml_login (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      "platformId" text collate "C" not null references platform (id) on delete cascade,
      value text not null,
      "codeHash" text,
      answer jsonb
    )`,
    'create index saml_login_created on saml_login (created)',
  ],
  down: ['drop table saml_login'],
}
