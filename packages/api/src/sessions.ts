import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

/** One sign-in of a person on one platform. */
export const Session = z.object({
  id: z.string(),
  created: z.string(),
  means: z.enum(['PASSWORD', 'SSO', 'MANAGED']).describe('How the person came in.'),
  ip: z.string().nullable().describe('The address at the sign-in.'),
  device: z.string().describe('The browser or program, such as `Firefox (Linux)`; empty when it does not say.'),
  secondFactor: z.boolean().describe('A code of the second factor was given.'),
  lastUsedAt: z.string().describe('To the minute.'),
  expiresAt: z.string().describe('The end of the session, however much it is used.'),
  current: z.boolean().describe('The session of this request.'),
})
export type Session = z.infer<typeof Session>

const own = { principals: ['USER'], permission: 'NONE', project: null } as const

export const sessions = {
  list: endpoint({
    ...own,
    method: 'GET',
    path: '/v1/sessions',
    operationId: 'sessions.list',
    summary: "List the caller's sessions on this platform, the one used last first",
    response: pageOf(Session),
  }),
  end: endpoint({
    ...own,
    method: 'DELETE',
    path: '/v1/sessions/:id',
    operationId: 'sessions.end',
    summary: 'End a session of the caller; `current` is that of the request',
    status: 204,
    params: IdParams,
  }),
  endOthers: endpoint({
    ...own,
    method: 'DELETE',
    path: '/v1/sessions',
    operationId: 'sessions.endOthers',
    summary: 'End all sessions of the caller but that of the request',
    status: 204,
  }),
  refresh: endpoint({
    ...own,
    method: 'POST',
    path: '/v1/sessions/current/refresh',
    operationId: 'sessions.refresh',
    summary: 'Get a fresh token of the session; the one before it is valid for two more minutes',
    response: z.object({ token: z.string() }),
    errors: ['VALIDATION'],
  }),
}
