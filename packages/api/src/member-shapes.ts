import { Permission } from '@piecework/model/permission'
import { z } from 'zod'
import { User } from './users.ts'

export const ProjectRole = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  name: z.string(),
  permissions: z.array(Permission),
  platformId: z.string().nullable(),
  type: z.enum(['DEFAULT', 'CUSTOM']),
})
export type ProjectRole = z.infer<typeof ProjectRole>

/** A person in a project, with the role that they have there. */
export const ProjectMember = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  projectId: z.string(),
  userId: z.string(),
  projectRoleId: z.string(),
  user: User,
  projectRole: ProjectRole,
  project: z.object({ id: z.string(), displayName: z.string() }),
})
export type ProjectMember = z.infer<typeof ProjectMember>
