import { z } from 'zod'

/** Spec: facts/rest-api.md, Permissions and default roles. */
export const Permission = z.enum([
  'READ_APP_CONNECTION',
  'WRITE_APP_CONNECTION',
  'READ_FLOW',
  'WRITE_FLOW',
  'UPDATE_FLOW_STATUS',
  'READ_INVITATION',
  'WRITE_INVITATION',
  'READ_PROJECT_MEMBER',
  'WRITE_PROJECT_MEMBER',
  'READ_PROJECT_RELEASE',
  'WRITE_PROJECT_RELEASE',
  'READ_RUN',
  'WRITE_RUN',
  'READ_FOLDER',
  'WRITE_FOLDER',
  'READ_ALERT',
  'WRITE_ALERT',
  'READ_MCP',
  'WRITE_MCP',
  'READ_PROJECT',
  'WRITE_PROJECT',
  'READ_TABLE',
  'WRITE_TABLE',
  'READ_KNOWLEDGE_BASE',
  'WRITE_KNOWLEDGE_BASE',
])
export type Permission = z.infer<typeof Permission>
