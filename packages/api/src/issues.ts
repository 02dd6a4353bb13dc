import { FlowRunStatus } from '@piecework/model/run/status'
import { z } from 'zod'
import { endpoint, projectInQuery, projectOfRow } from './endpoint.ts'
import { IdParams, pageOf, pageQuery, queryList } from './shapes.ts'

const principals = ['USER', 'SERVICE'] as const
const IssueStatus = z.enum(['UNRESOLVED', 'RESOLVED', 'ARCHIVED'])

/** Failed runs of one flow that failed at the same step, in the same way. */
export const Issue = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  flowId: z.string(),
  flowDisplayName: z.string(),
  stepName: z.string().describe('Empty where no step is known.'),
  stepDisplayName: z.string(),
  runStatus: FlowRunStatus,
  kind: z.string().describe('The message without what differs from run to run.'),
  message: z.string().describe('Of the last run.'),
  status: IssueStatus,
  count: z.number().int().describe('Failures so far.'),
  firstSeen: z.string(),
  lastSeen: z.string(),
  lastRunId: z.string(),
})
export type Issue = z.infer<typeof Issue>

export const issues = {
  list: endpoint({
    method: 'GET',
    path: '/v1/issues',
    operationId: 'issues.list',
    summary: 'List the kinds of failures of a project, latest first',
    principals,
    permission: 'READ_RUN',
    project: projectInQuery,
    query: z.object({
      projectId: z.string(),
      flowId: queryList(z.string()),
      status: queryList(IssueStatus),
      ...pageQuery(10),
    }),
    response: pageOf(Issue),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/issues/:id',
    operationId: 'issues.get',
    summary: 'Get a kind of failures; its runs are listed by `issueId` of the list of runs',
    principals,
    permission: 'READ_RUN',
    project: projectOfRow('issue'),
    params: IdParams,
    response: Issue,
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/issues/:id',
    operationId: 'issues.update',
    summary: 'Mark an issue as resolved, or as open; a new failure opens it again',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfRow('issue'),
    params: IdParams,
    body: z.object({ status: IssueStatus.extract(['UNRESOLVED', 'RESOLVED']) }),
    response: Issue,
    errors: ['VALIDATION'],
  }),
}
