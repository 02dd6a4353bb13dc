import type { PageFields } from '@piecework/api/graph/shapes'
import type { Workflow, WorkflowChanges, WorkflowStatus, WorkflowSummary } from '@piecework/api/graph/workflows'
import { AppError } from '@piecework/model/errors'
import { isTreeValid } from '@piecework/model/flow/derive'
import { type FlowVersion, LATEST_SCHEMA_VERSION, type PopulatedFlow } from '@piecework/model/flow/flow'
import { compileGraph } from '@piecework/model/flow/graph/compile'
import { graphOf, nodeIdsOf } from '@piecework/model/flow/graph/decompile'
import { edgeId, type Graph, type GraphProblem, type GraphSource } from '@piecework/model/flow/graph/graph'
import { stepNames, TRIGGER_NAME } from '@piecework/model/flow/graph/names'
import { piecesWithoutVersion } from '@piecework/model/flow/graph/pieces'
import { describeProblems, problemsOf, type StepProblems } from '@piecework/model/flow/problems'
import { validateTree } from '@piecework/model/flow/validity'
import type { ProjectActor } from '../../access/actor.ts'
import type { Flows } from '../flows/service.ts'
import { lookupFor } from '../flows/validate.ts'
import type { Forms } from '../forms/service.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { type Listed, metaOf } from './door-routes.ts'

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

interface Parts {
  flows: Flows
  forms: Pick<Forms, 'get'>
  catalogue: Catalogue
}

const STATUS = { ENABLED: 'published', DISABLED: 'draft' } as const satisfies Record<string, WorkflowStatus>

/** @throws AppError INVALID_REQUEST for a trigger whose form is not there: nothing would ever start it */
async function requireForm(forms: Parts['forms'], actor: ProjectActor, { nodes }: Pick<Graph, 'nodes'>): Promise<void> {
  const trigger = nodes.find(({ type }) => type === 'trigger.form')
  if (!trigger) return
  const form = trigger.data.form_id ?? trigger.data.formId
  if (typeof form === 'string' && (await isThere(forms.get(actor, form)))) return
  const message = `The project has no form with the id ${String(form ?? '(none given)')}.`
  throw refused([{ message, nodes: [trigger.id], edges: [], field: 'data.form_id' }])
}

const isThere = (found: Promise<unknown>): Promise<boolean> =>
  found.then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'ENTITY_NOT_FOUND') return false
      throw error
    },
  )

export function createWorkflows({ flows, forms, catalogue }: Parts): Workflows {
  const compile = async (actor: ProjectActor, graph: Graph) => {
    const versions = new Map<string, string>()
    for (const name of piecesWithoutVersion(graph.nodes)) {
      const found = await catalogue.find(name, undefined, actor.platformId)
      if (found) versions.set(name, found.metadata.version)
    }
    const surroundings = { versionOf: (name: string) => versions.get(name), now: new Date().toISOString() }
    const compiled = compileGraph(graph, { ...surroundings, userId: actor.userId })
    if (!compiled.ok) throw refused(compiled.problems)
    return compiled
  }

  type Compiled = Awaited<ReturnType<typeof compile>>

  /** @throws AppError FLOW_VERSION_INVALID before anything is written */
  const requireComplete = async (actor: ProjectActor, { trigger }: Compiled, graph: Graph): Promise<void> => {
    const lookup = await lookupFor(trigger, catalogue, actor.platformId)
    const checked = validateTree(trigger, lookup)
    if (isTreeValid(checked)) return
    const ids = new Map([...stepNames(graph.nodes)].map(([id, name]) => [name, id]))
    throw incomplete(problemsOf(checked, lookup), ids)
  }

  const save = async (
    actor: ProjectActor,
    id: string,
    name: string,
    compiled: Compiled,
    graph: GraphSource,
  ): Promise<PopulatedFlow> =>
    flows.operate(
      actor,
      id,
      {
        type: 'IMPORT_FLOW',
        request: {
          displayName: name,
          trigger: compiled.trigger,
          notes: compiled.notes,
          graph,
          schemaVersion: LATEST_SCHEMA_VERSION,
          conversion: { from: LATEST_SCHEMA_VERSION, notes: [] },
          allowMissing: true,
        },
      },
      {},
    )

  const publish = async (actor: ProjectActor, id: string, version: FlowVersion): Promise<PopulatedFlow> => {
    await requireForm(forms, actor, graphOf(version))
    try {
      return await flows.operate(actor, id, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } }, {})
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const idOf = nodeIdsOf(version)
      if (error.code === 'TRIGGER_UPDATE_STATUS') throw triggerRefused(error, idOf.get(version.trigger.name))
      const { steps } = error.params
      throw error.code === 'FLOW_VERSION_INVALID' && Array.isArray(steps) ? incomplete(steps, idOf) : error
    }
  }

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
      const compiled = await compile(actor, graph)
      if (status === 'published') await requireComplete(actor, compiled, graph)
      const { id } = await flows.create(actor, { displayName: name })
      try {
        const saved = await save(actor, id, name, compiled, { ...graph, description, variables })
        return presentWorkflow(status === 'published' ? await publish(actor, id, saved.version) : saved)
      } catch (error) {
        // Nothing stays of a workflow that nobody has heard the id of.
        await flows.remove(actor, id).catch(() => {})
        throw error
      }
    },

    async update(actor, id, { name, description, nodes, edges, variables, status }) {
      let flow = await flows.get(actor, id)
      const isRedrawn = [nodes, edges, description, variables].some((part) => part !== undefined)
      if (isRedrawn) {
        const now = presentWorkflow(flow)
        const graph = withIds({ nodes: nodes ?? now.nodes, edges: edges ?? now.edges })
        const compiled = await compile(actor, graph)
        if (status === 'published') {
          await requireForm(forms, actor, graph)
          await requireComplete(actor, compiled, graph)
        }
        const texts = { description: description ?? now.description, variables: variables ?? now.variables }
        flow = await save(actor, id, name ?? now.name, compiled, { ...graph, ...texts })
      } else if (name !== undefined && name !== flow.version.displayName)
        flow = await flows.operate(actor, id, { type: 'CHANGE_NAME', request: { displayName: name } }, {})
      if (status === 'published') flow = await publish(actor, id, flow.version)
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

/** Edges that came without an id have one from now on. */
const withIds = ({ nodes, edges }: Graph): Graph => ({
  nodes,
  edges: edges.map((edge) => ({ ...edge, id: edgeId(edge) })),
})

function refused(problems: readonly GraphProblem[]): AppError {
  const ids = (of: 'nodes' | 'edges') => [...new Set(problems.flatMap((problem) => problem[of]))]
  const shown = problems.slice(0, SHOWN_PROBLEMS)
  const fields = shown.flatMap(({ nodes, field, message }) => (field ? [[`${nodes[0]}.${field}`, message]] : []))
  return new AppError('INVALID_REQUEST', {
    message: problems
      .slice(0, SHOWN)
      .map(({ message }) => message)
      .join(' '),
    fields: {
      ...(ids('nodes').length > 0 ? { nodes: 'the graph cannot be a workflow: see problems' } : {}),
      ...(ids('edges').length > 0 ? { edges: 'the graph cannot be a workflow: see problems' } : {}),
      ...Object.fromEntries(fields),
    },
    ...{ nodes: ids('nodes'), edges: ids('edges'), problems: shown },
  })
}

const SHOWN = 5
/** The reasons in an answer, which has all ids. */
const SHOWN_PROBLEMS = 100

const NO_TRIGGER = 'it has no trigger: add a node of a type such as trigger or trigger.webhook'

function incomplete(steps: readonly StepProblems[], idOf: ReadonlyMap<string, string>): AppError {
  if (steps.some(({ name }) => name === TRIGGER_NAME && !idOf.has(name)))
    return new AppError('FLOW_VERSION_INVALID', {
      message: `the workflow is not complete: ${NO_TRIGGER}`,
      fields: { nodes: NO_TRIGGER },
      ...{ nodes: [], edges: [], problems: [] },
    })
  const nodes = steps.map(({ name }) => idOf.get(name) ?? name)
  return new AppError('FLOW_VERSION_INVALID', {
    message: `the workflow is not complete: ${describeProblems(steps)}`,
    fields: Object.fromEntries(
      steps.map(({ problems }, index) => [
        `nodes.${nodes[index]}`,
        problems.map(({ field, message }) => `${field} ${message}`).join(', '),
      ]),
    ),
    ...{ nodes, edges: [] },
    problems: steps.map(({ problems }, index) => ({ node_id: nodes[index], problems })),
  })
}

/** The trigger of a graph was not taken into service. */
function triggerRefused({ message }: AppError, node: string | undefined): AppError {
  const nodes = node === undefined ? [] : [node]
  return new AppError('TRIGGER_UPDATE_STATUS', {
    message: `the trigger cannot be taken into service: ${message}`,
    fields: { [node === undefined ? 'nodes' : `nodes.${node}`]: message },
    ...{ nodes, edges: [] },
    problems: nodes.map((id) => ({ node_id: id, problems: [{ field: 'trigger', message }] })),
  })
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
