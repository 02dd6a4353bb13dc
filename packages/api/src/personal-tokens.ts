import { Permission } from '@piecework/model/permission'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

/** A token of a person for their programs. It may never do more than the person may at the moment. */
export const PersonalToken = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  displayName: z.string(),
  projectIds: z.array(z.string()).nullable().describe('The projects that it may enter; null for all of the person.'),
  permissions: z.array(Permission),
  truncatedValue: z.string().describe('The last letters of the token.'),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
})
export type PersonalToken = z.infer<typeof PersonalToken>

const own = { principals: ['USER'], permission: 'NONE', project: null } as const
const MAX_PROJECTS = 100
const MAX_DAYS = 366

export const personalTokens = {
  list: endpoint({
    ...own,
    method: 'GET',
    path: '/v1/personal-tokens',
    operationId: 'personalTokens.list',
    summary: "List the caller's personal tokens, newest first",
    response: pageOf(PersonalToken),
  }),
  create: endpoint({
    ...own,
    method: 'POST',
    path: '/v1/personal-tokens',
    operationId: 'personalTokens.create',
    summary: 'Create a personal token; its value is shown this once',
    status: 201,
    body: z.object({
      displayName: z.string().trim().min(1).max(100),
      projectIds: z.array(z.string()).min(1).max(MAX_PROJECTS).nullable().default(null),
      permissions: z.array(Permission).min(1),
      expiresInDays: z.number().int().min(1).max(MAX_DAYS).default(90),
    }),
    response: PersonalToken.extend({ value: z.string() }),
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    ...own,
    method: 'DELETE',
    path: '/v1/personal-tokens/:id',
    operationId: 'personalTokens.remove',
    summary: 'Delete a personal token; it stops working at once',
    status: 204,
    params: IdParams,
  }),
}
