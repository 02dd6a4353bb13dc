import type { Migration } from '../migrate.ts'

const VIEWER = `'READ_APP_CONNECTION', 'READ_FLOW', 'READ_PROJECT_MEMBER', 'READ_INVITATION', 'READ_PROJECT', 'READ_RUN',
  'READ_FOLDER', 'READ_TABLE', 'READ_MCP', 'READ_KNOWLEDGE_BASE'`
const OPERATOR = `${VIEWER}, 'UPDATE_FLOW_STATUS', 'WRITE_RUN', 'WRITE_APP_CONNECTION'`
const EDITOR = `${OPERATOR}, 'WRITE_FLOW', 'WRITE_FOLDER', 'WRITE_MCP', 'WRITE_TABLE', 'WRITE_KNOWLEDGE_BASE'`
const ADMIN = `${EDITOR}, 'WRITE_INVITATION', 'WRITE_PROJECT_MEMBER', 'READ_PROJECT_RELEASE', 'WRITE_PROJECT_RELEASE',
  'READ_ALERT', 'WRITE_ALERT', 'WRITE_PROJECT'`

/** The roles that every platform has. Their ids are the same on every server. */
export const defaultRoles: Migration = {
  name: '0012-default-roles',
  release: '0.1.0',
  breaking: false,
  up: [
    `insert into project_role (id, name, permissions, type) values
      ('000000000000000000001', 'Admin', array[${ADMIN}], 'DEFAULT'),
      ('000000000000000000002', 'Editor', array[${EDITOR}], 'DEFAULT'),
      ('000000000000000000003', 'Operator', array[${OPERATOR}], 'DEFAULT'),
      ('000000000000000000004', 'Viewer', array[${VIEWER}], 'DEFAULT')`,
  ],
  down: [`delete from project_role where id like '00000000000000000000%'`],
}
