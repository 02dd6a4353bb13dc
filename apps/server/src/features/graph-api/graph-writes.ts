import type { WorkflowChanges } from '@piecework/api/graph/workflows'
import { AppError } from '@piecework/model/errors'
import { isTreeValid } from '@piecework/model/flow/derive'
import { type FlowVersion, LATEST_SCHEMA_VERSION, type PopulatedFlow } from '@piecework/model/flow/flow'
import { compileGraph } from '@piecework/model/flow/graph/compile'
import { graphOf, nodeIdsOf } from '@piecework/model/flow/graph/decompile'
import { edgeId, type Graph, type GraphSource } from '@piecework/model/flow/graph/graph'
import { stepNames } from '@piecework/model/flow/graph/names'
import { piecesWithoutVersion } from '@piecework/model/flow/graph/pieces'
import type { OperationSending } from '@piecework/model/flow/operations/record'
import { problemsOf } from '@piecework/model/flow/problems'
import { validateTree } from '@piecework/model/flow/validity'
import type { ProjectActor } from '../../access/actor.ts'
import type { Flows } from '../flows/service.ts'
import { lookupFor } from '../flows/validate.ts'
import type { Forms } from '../forms/service.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { incomplete, refused, triggerRefused } from './graph-refusals.ts'

export interface Parts {
  flows: Flows
  forms: Pick<Forms, 'get'>
  catalogue: Catalogue
}

/** How often a graph is drawn on what is there, while others change the flow. */
const MOST_TRIES = 5

/** Writes graphs as flows. */
export function createGraphWrites({ flows, forms, catalogue }: Parts) {
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
    sending: OperationSending = {},
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
      sending,
    )

  /** Publishes a version that was prepared for it. */
  const publish = async (actor: ProjectActor, id: string, version: FlowVersion): Promise<PopulatedFlow> => {
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

  /**
   * Compiles a graph, before anything is written.
   * @throws AppError INVALID_REQUEST for what cannot be a flow; FLOW_VERSION_INVALID for what cannot be published, if it is to be
   */
  const prepare = async (actor: ProjectActor, graph: Graph, status: WorkflowChanges['status']): Promise<Compiled> => {
    const compiled = await compile(actor, graph)
    if (status === 'published') {
      await requireForm(forms, actor, graph)
      await requireComplete(actor, compiled, graph)
    }
    return compiled
  }

  /**
   * Draws the parts that are given on what is there; others may change other parts at the same time.
   * @param seen the flow as it was read last
   * @throws AppError as prepare, and ENTITY_NOT_FOUND, FLOW_OPERATION_CONFLICT
   */
  const redraw = async (actor: ProjectActor, seen: PopulatedFlow, changes: WorkflowChanges): Promise<PopulatedFlow> => {
    let flow = seen
    for (let tries = 1; ; tries++) {
      const { id, version, revision } = flow
      const now = graphOf(version)
      const graph = withIds({ nodes: changes.nodes ?? now.nodes, edges: changes.edges ?? now.edges })
      const prepared = await prepare(actor, graph, changes.status)
      const texts = {
        description: changes.description ?? version.graph?.description ?? '',
        variables: changes.variables ?? version.graph?.variables ?? {},
      }
      const name = changes.name ?? version.displayName
      try {
        return await save(actor, id, name, prepared, { ...graph, ...texts }, { baseRevision: revision })
      } catch (error) {
        const isChanged = error instanceof AppError && error.code === 'FLOW_OPERATION_CONFLICT'
        if (!isChanged || tries === MOST_TRIES) throw error
        flow = await flows.get(actor, id)
      }
    }
  }

  /** Publishes a flow as it is. */
  const publishDrawn = async (actor: ProjectActor, { id, version }: PopulatedFlow): Promise<PopulatedFlow> => {
    await requireForm(forms, actor, graphOf(version))
    return publish(actor, id, version)
  }

  return { prepare, save, redraw, publish, publishDrawn }
}

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

/** Edges that came without an id have one from now on. */
export const withIds = ({ nodes, edges }: Graph): Graph => ({
  nodes,
  edges: edges.map((edge) => ({ ...edge, id: edgeId(edge) })),
})
