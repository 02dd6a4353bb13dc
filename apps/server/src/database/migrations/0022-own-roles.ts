import type { Migration } from '../migrate.ts'

/** Roles of a platform's own have names of their own, and lists of members are read in their order. */
export const ownRoles: Migration = {
  name: '0022-own-roles',
  release: '0.1.0',
  breaking: false,
  up: [
    `create unique index project_role_name on project_role ("platformId", lower(name)) where "platformId" is not null`,
    `create index project_member_list on project_member ("projectId", created, id)`,
    `create index project_member_role on project_member ("projectRoleId")`,
    `create index project_member_user on project_member ("userId")`,
  ],
  down: [
    `drop index project_member_user`,
    `drop index project_member_role`,
    `drop index project_member_list`,
    `drop index project_role_name`,
  ],
}
