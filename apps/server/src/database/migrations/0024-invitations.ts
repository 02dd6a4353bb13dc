import type { Migration } from '../migrate.ts'

/** People who are asked to come in. */
export const invitations: Migration = {
  name: '0024-invitations',
  release: '0.1.0',
  breaking: false,
  up: [
    `create table user_invitation (
      id text collate "C" primary key,
      created timestamptz(3) not null default now(),
      updated timestamptz(3) not null default now(),
      "platformId" text not null references platform(id) on delete cascade,
      type text not null,
      "platformRole" text,
      email text not null,
      "projectId" text references project(id) on delete cascade,
      status text not null,
      "projectRoleId" text references project_role(id) on delete cascade,
      expires timestamptz(3) not null)`,
    `create unique index user_invitation_platform on user_invitation (email, "platformId") where "projectId" is null`,
    `create unique index user_invitation_project on user_invitation (email, "projectId") where "projectId" is not null`,
    `create index user_invitation_list on user_invitation ("platformId", created, id)`,
    `create index user_invitation_role on user_invitation ("projectRoleId")`,
  ],
  down: [`drop table user_invitation`],
}
