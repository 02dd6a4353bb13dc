import { z } from 'zod'
import { AnyMap } from '../../json.ts'
import { hash } from './hash.ts'

/** A flow as nodes and edges: the wire format of the graph API, and what a version keeps of it. */

/** The first ones are triggers. */
export const TRIGGER_TYPES = [
  'trigger',
  'trigger.webhook',
  'trigger.schedule',
  'trigger.form',
  'trigger.piece',
] as const
export const NODE_TYPES = [
  ...TRIGGER_TYPES,
  ...(['action', 'code', 'http', 'condition', 'switch', 'loop', 'delay', 'respond', 'note'] as const),
] as const
export type NodeType = (typeof NODE_TYPES)[number]

/** The size of one graph. */
export const MAX_NODES = 2000
export const MAX_EDGES = 4000
const MAX_ID = 200
const MAX_LABEL = 1000

const GraphId = z.string().min(1).max(MAX_ID)
export const Position = z.looseObject({ x: z.number(), y: z.number() })
export type Position = z.infer<typeof Position>

/** Keys that are not known here come back as they were sent. */
export const GraphNode = z.looseObject({
  id: GraphId,
  type: z.enum(NODE_TYPES),
  data: AnyMap.default({}),
  position: Position.optional(),
  label: z.string().max(MAX_LABEL).optional(),
})
export type GraphNode = z.output<typeof GraphNode>

export const GraphEdge = z.looseObject({
  /** Made from the ends when it is left out. */
  id: GraphId.optional(),
  source: z.string().max(MAX_ID),
  target: z.string().max(MAX_ID),
  /** By which of its handles a condition, switch or loop is left. */
  sourceHandle: z.string().max(MAX_ID).nullish(),
  label: z.string().max(MAX_LABEL).nullish(),
})
export type GraphEdge = z.output<typeof GraphEdge>

/** A graph in a request. */
export const Graph = z.object({ nodes: z.array(GraphNode).max(MAX_NODES), edges: z.array(GraphEdge).max(MAX_EDGES) })
export type Graph = z.output<typeof Graph>

/** The values of `{{variables.x}}`. */
export const Variables = AnyMap
export type Variables = z.output<typeof Variables>

/** The graph that a version was made from, with what tells which of its steps have changed since. */
export const StoredGraph = z.object({
  description: z.string(),
  variables: Variables,
  nodes: z.array(GraphNode),
  edges: z.array(GraphEdge),
  /** The step of each name as it was stored, as a fingerprint. */
  steps: z.array(z.tuple([z.string(), z.string()])),
  /** How the steps followed and held one another, as a fingerprint. */
  shape: z.string(),
})
export type StoredGraph = z.infer<typeof StoredGraph>

/** A graph on its way into a version: of an export, with what it was made of. */
export const GraphSource = StoredGraph.partial({ steps: true, shape: true })
export type GraphSource = z.infer<typeof GraphSource>

/** A reason why a graph cannot be a flow, with the ids of what it is about. */
export interface GraphProblem {
  message: string
  nodes: string[]
  edges: string[]
  /** The field of the data, where it is about one. */
  field?: string
}

/** A text that is short enough for an id; two that are cut alike stay two. */
export const fittingId = (text: string): string => {
  if (text.length <= MAX_ID) return text
  const mark = `~${hash(text)}`
  return text.slice(0, MAX_ID - mark.length) + mark
}

export const isTriggerType = (type: string): boolean => type === 'trigger' || type.startsWith('trigger.')

/** The id of an edge, or one made from its ends. */
export const edgeId = ({ id, source, sourceHandle, target }: GraphEdge): string =>
  id ?? fittingId(sourceHandle ? `${source}:${sourceHandle}-${target}` : `${source}-${target}`)
