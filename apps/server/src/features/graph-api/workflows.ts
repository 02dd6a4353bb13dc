import type { PageFields } from '@piecework/api/graph/shapes'
import type { Workflow, WorkflowChanges, WorkflowStatus, WorkflowSummary } from '@piecework/api/graph/workflows'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import { graphOf } from '@piecework/model/flow/graph/decompile'
import type { ProjectActor } from '../../access/actor.ts'
import type { Flows } from '../flows/service.ts'
import { type Listed, metaOf } from './door-routes.ts'
import { createGraphWrites, type Parts, withIds } from './graph-writes.ts'

/** Flows as graphs. Everything that they do, the services of flows do. */
export interface Workflows {
  list(
    actor: ProjectActor,
    filter: { status?: WorkflowStatus | undefined; search?: string | undefined },
    page: PageFields,
  ): Promise<Listed<WorkflowSummary>>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<Workflow>
  /** @throws AppError INVALID_REQUEST that names the nodes and edges which cannot be a flow; FLOW_VERSION_INVALID */
  create(actor: ProjectActor, changes: WorkflowChanges & { name: string }): Promise<Workflow>
  /** @throws AppError as create, and ENTITY_NOT_FOUND */
  update(actor: ProjectActor, id: string, changes: WorkflowChanges): Promise<Workflow>
  remove(actor: ProjectActor, id: string): Promise<{ id: string; deleted: true }>
}

const STATUS = { ENABLED: 'published', DISABLED: 'draft' } as const satisfies Record<string, WorkflowStatus>

export function createWorkflows(parts: Parts): Workflows {
  const { flows } = parts
  const { prepare, save, redraw, publish, publishDrawn } = createGraphWrites(parts)

  return {
    async list(actor, { status, search }, page) {
      const filter = {
        name: search,
        ...(status === undefined ? {} : { status: [status === 'published' ? ('ENABLED' as const) : 'DISABLED'] }),
      } satisfies Parameters<Flows['list']>[1]
      const [{ data, next }, total] = await Promise.all([
        flows.list(actor, filter, { ...page, offset: (page.page - 1) * page.limit }),
        flows.total(actor, filter),
      ])
      return { items: data.map(presentSummary), meta: metaOf(page, total, next) }
    },

    get: async (actor, id) => presentWorkflow(await flows.get(actor, id)),

    async create(actor, { name, description = '', nodes = [], edges = [], variables = {}, status }) {
      const graph = withIds({ nodes, edges })
      const prepared = await prepare(actor, graph, status)
      const { id } = await flows.create(actor, { displayName: name })
      try {
        const saved = await save(actor, id, name, prepared, { ...graph, description, variables })
        return presentWorkflow(status === 'published' ? await publish(actor, id, saved.version) : saved)
      } catch (error) {
        // Nothing stays of a workflow that nobody has heard the id of.
        await flows.remove(actor, id).catch(() => {})
        throw error
      }
    },

    async update(actor, id, changes) {
      const { name, nodes, edges, description, variables, status } = changes
      let flow = await flows.get(actor, id)
      if ([nodes, edges, description, variables].some((part) => part !== undefined)) {
        flow = await redraw(actor, flow, changes)
        if (status === 'published') flow = await publish(actor, id, flow.version)
      } else {
        if (name !== undefined && name !== flow.version.displayName)
          flow = await flows.operate(actor, id, { type: 'CHANGE_NAME', request: { displayName: name } }, {})
        if (status === 'published') flow = await publishDrawn(actor, flow)
      }
      if (status === 'draft' && flow.status === 'ENABLED')
        flow = await flows.operate(actor, id, { type: 'CHANGE_STATUS', request: { status: 'DISABLED' } }, {})
      return presentWorkflow(flow)
    },

    async remove(actor, id) {
      await flows.get(actor, id)
      await flows.remove(actor, id)
      return { id, deleted: true }
    },
  }
}

function presentSummary({ id, status, created, updated, version }: PopulatedFlow): WorkflowSummary {
  return {
    id,
    name: version.displayName,
    description: version.graph?.description ?? '',
    status: STATUS[status],
    created_at: created,
    updated_at: updated,
  }
}

function presentWorkflow(flow: PopulatedFlow): Workflow {
  const { nodes, edges } = graphOf(flow.version)
  return {
    ...presentSummary(flow),
    nodes,
    edges,
    variables: flow.version.graph?.variables ?? {},
    has_unpublished_changes: flow.publishedVersionId !== flow.version.id,
  }
}
