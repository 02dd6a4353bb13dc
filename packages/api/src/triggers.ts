import { z } from 'zod'
import { endpoint, projectInBody, projectInQuery } from './endpoint.ts'
import { pageOf, pageQuery } from './shapes.ts'

export const TriggerEvent = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  flowId: z.string(),
  sourceName: z.string(),
  fileId: z.string(),
  payload: z.unknown(),
})

/** Successes and failures of a platform's triggers, by piece and day. */
export const TriggerRunStatus = z.object({
  pieces: z.record(
    z.string(),
    z.object({
      dailyStats: z.record(z.string(), z.object({ success: z.number(), failure: z.number() })),
      totalRuns: z.number(),
    }),
  ),
})
export type TriggerRunStatus = z.infer<typeof TriggerRunStatus>

/** The size of a page of events when the request names none. */
export const EVENTS_PER_PAGE = 10

const inProject = { principals: ['USER'], permission: 'WRITE_FLOW', project: projectInBody } as const

/** Tests of triggers, their events and their statistics. */
export const triggers = {
  test: endpoint({
    ...inProject,
    method: 'POST',
    path: '/v1/test-trigger',
    operationId: 'triggers.test',
    summary: "Run a trigger's test, or start (or stop) to listen for a real event",
    body: z.object({
      projectId: z.string(),
      flowId: z.string(),
      flowVersionId: z.string(),
      testStrategy: z.enum(['TEST_FUNCTION', 'SIMULATION']),
    }),
    response: pageOf(TriggerEvent),
    errors: ['TEST_TRIGGER_FAILED', 'FLOW_OPERATION_INVALID', 'TRIGGER_UPDATE_STATUS', 'ENGINE_OPERATION_FAILURE'],
  }),
  stopTest: endpoint({
    ...inProject,
    method: 'DELETE',
    path: '/v1/test-trigger',
    operationId: 'triggers.stopTest',
    summary: 'Stop listening for a real event',
    status: 204,
    body: z.object({ projectId: z.string(), flowId: z.string() }),
  }),
  saveEvent: endpoint({
    ...inProject,
    method: 'POST',
    path: '/v1/trigger-events',
    operationId: 'triggers.saveEvent',
    summary: 'Store a made-up event of a trigger',
    body: z.object({
      projectId: z.string(),
      flowId: z.string(),
      mockData: z.unknown().refine((data) => data !== undefined, 'is required'),
    }),
    response: TriggerEvent,
  }),
  listEvents: endpoint({
    method: 'GET',
    path: '/v1/trigger-events',
    operationId: 'triggers.listEvents',
    summary: "List the stored events of the flow's current trigger",
    principals: ['USER'],
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), flowId: z.string(), ...pageQuery(EVENTS_PER_PAGE) }),
    response: pageOf(TriggerEvent),
  }),
  runStatus: endpoint({
    method: 'GET',
    path: '/v1/trigger-runs/status',
    operationId: 'triggers.runStatus',
    summary: "Count successes and failures of the platform's triggers in the last 14 days, by piece",
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    response: TriggerRunStatus,
  }),
}
