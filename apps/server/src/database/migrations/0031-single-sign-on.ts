import type { Migration } from '../migrate.ts'

/** Who signs in by which other service, and domains of platforms. */
export const singleSignOn: Migration = {
  name: '0031-single-sign-on',
  release: '0.1.0',
  breaking: false,
  up: [
    `alter table platform add column "ssoDomain" text, add column "ssoDomainVerification" jsonb`,
    `create unique index platform_sso_domain on platform ("ssoDomain")
      where "ssoDomainVerification"->>'status' = 'VERIFIED'`,
    `create table federated_identity (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "platformId" text collate "C" not null references platform (id) on delete cascade,
      provider text not null,
      issuer text not null,
      subject text not null,
      "identityId" text collate "C" not null references user_identity (id) on delete cascade
    )`,
    `create unique index federated_identity_subject on federated_identity ("platformId", provider, issuer, subject)`,
    `create index federated_identity_of on federated_identity ("identityId")`,
  ],
  down: [
    'drop table federated_identity',
    'alter table platform drop column "ssoDomain", drop column "ssoDomainVerification"',
  ],
}
