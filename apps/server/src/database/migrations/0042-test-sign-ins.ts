import type { Migration } from '../migrate.ts'

/** Sign-ins by SAML that administrators make to test the provider: they let nobody in. */
export const testSignIns: Migration = {
  name: '0042-test-sign-ins',
  release: '0.1.0',
  breaking: false,
  up: [`alter table saml_login add column "isTest" boolean not null default false`],
  down: [`alter table saml_login drop column "isTest"`],
}
