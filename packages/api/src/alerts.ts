import { webUrl } from '@piecework/model/text/web-url'
import { z } from 'zod'
import { endpoint, projectInBody, projectInQuery, projectOfRow } from './endpoint.ts'
import { Email, IdParams, pageOf, pageQuery } from './shapes.ts'

const principals = ['USER', 'SERVICE'] as const
const MINUTES_OF_A_YEAR = 525_600

/** Somebody, or some program, that hears of what goes wrong in a project. */
export const Alert = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  channel: z.enum(['EMAIL', 'WEBHOOK']),
  receiver: z.string().describe('An address, or a URL.'),
})
export type Alert = z.infer<typeof Alert>

const Url = webUrl(/^https?$/).max(2048)
const ProjectId = z.string()

export const NewAlert = z.discriminatedUnion(
  'channel',
  [
    z.object({ projectId: ProjectId, channel: z.literal('EMAIL'), receiver: Email }),
    z.object({ projectId: ProjectId, channel: z.literal('WEBHOOK'), receiver: Url }),
  ],
  { error: 'must be EMAIL or WEBHOOK' },
)

export const FlowExpectation = z.object({
  flowId: z.string(),
  minutes: z.number().int().nullable().describe('Null: no expectation.'),
})
export type FlowExpectation = z.infer<typeof FlowExpectation>

const ofFlow = { principals, project: projectOfRow('flow'), params: IdParams, response: FlowExpectation } as const

export const alerts = {
  list: endpoint({
    method: 'GET',
    path: '/v1/alerts',
    operationId: 'alerts.list',
    summary: 'List who hears of what goes wrong in a project',
    principals,
    permission: 'READ_ALERT',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), ...pageQuery(10) }),
    response: pageOf(Alert),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/alerts',
    operationId: 'alerts.create',
    summary: 'Send alerts of a project to an address or a URL',
    principals,
    permission: 'WRITE_ALERT',
    project: projectInBody,
    status: 201,
    body: NewAlert,
    response: Alert.extend({ secret: z.string().optional().describe('Signs what a URL gets. Shown once.') }),
    errors: ['EXISTING_ALERT_CHANNEL', 'VALIDATION'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/alerts/:id',
    operationId: 'alerts.remove',
    summary: 'Send no more alerts to a receiver',
    principals,
    permission: 'WRITE_ALERT',
    project: projectOfRow('alert'),
    status: 204,
    params: IdParams,
  }),
  expectation: endpoint({
    ...ofFlow,
    method: 'GET',
    path: '/v1/flows/:id/expected-interval',
    operationId: 'alerts.expectation',
    summary: 'The longest time without a run that is in order for a flow',
    permission: 'READ_FLOW',
  }),
  expect: endpoint({
    ...ofFlow,
    method: 'POST',
    path: '/v1/flows/:id/expected-interval',
    operationId: 'alerts.expect',
    summary: 'Raise an alert when a flow that is on does not run for so long',
    permission: 'WRITE_ALERT',
    body: z.object({ minutes: z.number().int().min(1).max(MINUTES_OF_A_YEAR).nullable() }),
  }),
}
