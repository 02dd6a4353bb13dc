import { Graph, Variables } from '@piecework/model/flow/graph/graph'
import { z } from 'zod'
import { programFields } from '../flow-code.ts'
import { graphEndpoint } from './endpoint.ts'
import { Deleted, IdParam, pageFields, wholeText } from './shapes.ts'

export const WorkflowStatus = z.enum(['draft', 'published'])
export type WorkflowStatus = z.infer<typeof WorkflowStatus>

const Name = wholeText(z.string().trim().min(1).max(1000))
const Description = z.string().max(10_000)

/** A workflow in a list. */
export const WorkflowSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** `published`: its published version takes events. */
  status: WorkflowStatus,
  created_at: z.string(),
  updated_at: z.string(),
})
export type WorkflowSummary = z.infer<typeof WorkflowSummary>

export const Workflow = WorkflowSummary.extend({
  nodes: Graph.shape.nodes,
  edges: Graph.shape.edges,
  variables: Variables,
  has_unpublished_changes: z.boolean().describe('The graph is newer than the one that runs.'),
})
export type Workflow = z.infer<typeof Workflow>

export const WorkflowChanges = z.object({
  name: Name.optional(),
  description: Description.optional(),
  nodes: Graph.shape.nodes.optional(),
  edges: Graph.shape.edges.optional(),
  variables: Variables.optional(),
  status: WorkflowStatus.optional().describe('`published` publishes the graph; `draft` takes it out of service.'),
})
export type WorkflowChanges = z.output<typeof WorkflowChanges>

export const workflows = {
  list: graphEndpoint({
    method: 'GET',
    path: '/workflows',
    operationId: 'workflows.list',
    summary: 'List workflows: published ones first, then those changed last',
    scope: 'read',
    query: z.object({
      ...pageFields,
      status: WorkflowStatus.optional(),
      search: z.string().max(1000).optional().describe('A part of the name.'),
    }),
    response: WorkflowSummary,
    isList: true,
  }),
  create: graphEndpoint({
    method: 'POST',
    path: '/workflows',
    operationId: 'workflows.create',
    summary: 'Create a workflow',
    scope: 'write',
    status: 201,
    body: WorkflowChanges.extend({ name: Name }),
    response: Workflow,
  }),
  get: graphEndpoint({
    method: 'GET',
    path: '/workflows/:id',
    operationId: 'workflows.get',
    summary: 'Get a workflow with its newest graph',
    scope: 'read',
    params: IdParam,
    response: Workflow,
  }),
  update: graphEndpoint({
    method: 'PATCH',
    path: '/workflows/:id',
    operationId: 'workflows.update',
    summary: 'Change any part of a workflow, publish it, or take it out of service',
    scope: 'write',
    params: IdParam,
    body: WorkflowChanges,
    response: Workflow,
  }),
  export: graphEndpoint({
    method: 'GET',
    path: '/workflows/:id/export',
    operationId: 'workflows.export',
    summary: 'Export a workflow as a program in TypeScript, as a ZIP file',
    scope: 'read',
    params: IdParam,
    response: z.string(),
    sends: 'zip',
  }),
  import: graphEndpoint({
    method: 'POST',
    path: '/workflows/import',
    operationId: 'workflows.import',
    summary: 'Create a workflow from a program',
    scope: 'write',
    status: 201,
    body: z.object(programFields),
    response: Workflow,
  }),
  remove: graphEndpoint({
    method: 'DELETE',
    path: '/workflows/:id',
    operationId: 'workflows.remove',
    summary: 'Delete a workflow; its executions stay',
    scope: 'write',
    params: IdParam,
    response: Deleted,
  }),
}
