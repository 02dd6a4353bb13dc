import type { FlowVersion } from '../flow.ts'
import type { Action, RouterAction, Step } from '../step.ts'
import { chainOf, walk } from '../walk.ts'
import { printOfStep, shapeOf } from './fingerprint.ts'
import { edgeId, fittingId, type GraphEdge, type GraphNode, isTriggerType, type StoredGraph } from './graph.ts'
import { layoutOf } from './layout.ts'
import { stepNames } from './names.ts'
import {
  branchesOfSwitch,
  COMMON_KEYS,
  DEFAULT,
  FALSE,
  KNOWN_KEYS,
  SwitchData,
  TRUE,
  typeOfPart,
} from './node-settings.ts'
import { nodeOfNote } from './notes.ts'
import { BODY, DONE } from './structure.ts'

export interface FlowGraph {
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** The node of each step. */
  idOf: ReadonlyMap<string, string>
}

/**
 * A version as a graph. What was sent as a graph comes back as it was sent, as far as its steps are still the same; every
 * other flow has nodes of the names of its steps, and places by a layout.
 */
export function graphOf(
  version: Pick<FlowVersion, 'trigger' | 'notes'> & { graph?: StoredGraph | null | undefined },
): FlowGraph {
  const { trigger, notes, graph } = version
  const nodeOf = nodesOf(graph)
  const idOf = idsOf(trigger, nodeOf)
  const prints = new Map(graph?.steps)
  let places: ReturnType<typeof layoutOf> | undefined
  const nodes = new Map<string, GraphNode>()
  for (const step of walk(trigger)) {
    if (step.type === 'EMPTY') continue
    const before = nodeOf.get(step.name)
    const isSame = before !== undefined && prints.get(step.name) === printOfStep(step)
    const node = isSame ? before : nodeOfStep(step, idOf.get(step.name) ?? step.name, before)
    places ??= before?.position ? undefined : layoutOf(trigger)
    const isPlaced = node.position !== undefined || isSame
    nodes.set(node.id, isPlaced ? node : { ...node, position: places?.get(step.name) ?? { x: 0, y: 0 } })
  }
  for (const note of notes) {
    const before = graph?.nodes.find(({ id, type }) => id === note.id && type === 'note')
    const node = nodeOfNote(note, before)
    // A step that was added since may have the name of a note.
    let id = note.id
    for (let n = 2; nodes.has(id); n++) id = `${note.id}_${n}`
    nodes.set(id, id === note.id ? node : { ...node, id })
  }
  const isSameShape = graph !== null && graph !== undefined && graph.shape === shapeOf(trigger)
  const isWhole = isSameShape && [...walk(trigger)].every(({ name, type }) => type === 'EMPTY' || nodeOf.has(name))
  const edges =
    isWhole && hasSameHandles(graph, nodes) ? graph.edges : edgesOf(trigger, nodes, idOf, graph?.edges ?? [])
  return { nodes: inOrder(nodes, graph?.nodes ?? []), edges, idOf }
}

/** The node of each step, as `graphOf` has it. */
export const nodeIdsOf = ({
  trigger,
  graph,
}: Pick<FlowVersion, 'trigger'> & { graph?: StoredGraph | null | undefined }): ReadonlyMap<string, string> =>
  idsOf(trigger, nodesOf(graph))

/** The nodes that were sent, by the names of their steps. */
function nodesOf(graph: StoredGraph | null | undefined): Map<string, GraphNode> {
  const known = graph?.nodes.filter(({ type }) => type !== 'note') ?? []
  const names = stepNames(known)
  return new Map(known.map((node) => [names.get(node.id) ?? '', node]))
}

/** The nodes in the order in which they were sent, new ones behind. */
function inOrder(nodes: ReadonlyMap<string, GraphNode>, before: readonly GraphNode[]): GraphNode[] {
  const first = before.flatMap(({ id }) => nodes.get(id) ?? [])
  const known = new Set(before.map(({ id }) => id))
  return [...first, ...[...nodes.values()].filter(({ id }) => !known.has(id))]
}

/** Ids of steps: those of their nodes, else their names. */
function idsOf(trigger: Step, nodeOf: ReadonlyMap<string, GraphNode>): Map<string, string> {
  const ids = new Map<string, string>()
  const taken = new Set<string>()
  const steps = [...walk(trigger)]
  for (const { name } of steps) {
    const id = nodeOf.get(name)?.id
    if (id === undefined) continue
    ids.set(name, id)
    taken.add(id)
  }
  for (const { name } of steps) {
    if (ids.has(name)) continue
    let id = name
    for (let n = 2; taken.has(id); n++) id = `${name}_${n}`
    ids.set(name, id)
    taken.add(id)
  }
  return ids
}

/** A branch may have another name by now, and its handle is not there any more. */
const hasSameHandles = ({ nodes: before }: StoredGraph, nodes: ReadonlyMap<string, GraphNode>): boolean =>
  before.every((node) => {
    if (node.type !== 'condition' && node.type !== 'switch') return true
    const now = nodes.get(node.id)
    return now === node || (now?.type === 'condition' && node.type === 'condition')
  })

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** A step as a node. @param before its node when it was last sent, whose other keys stay */
function nodeOfStep(step: Step, id: string, before: GraphNode | undefined): GraphNode {
  const { type, data } = dataOf(step, before?.type)
  const known = new Set<string>([
    ...COMMON_KEYS,
    ...(KNOWN_KEYS[type] ?? []),
    ...(KNOWN_KEYS[before?.type ?? ''] ?? []),
  ])
  const others = Object.entries(before?.data ?? {}).filter(([key]) => !known.has(key))
  const { errorHandlingOptions, customLogoUrl } = step.settings as Record<string, unknown>
  const skip = 'skip' in step ? step.skip : undefined
  const labelOfNode = before?.label === undefined ? undefined : step.displayName
  return {
    ...before,
    id,
    type,
    data: {
      ...(labelOfNode === undefined ? { label: step.displayName } : {}),
      ...data,
      ...defined({ skip, errorHandlingOptions, customLogoUrl }),
      ...Object.fromEntries(others),
    },
    ...(labelOfNode === undefined ? {} : { label: labelOfNode }),
  }
}

function dataOf(step: Step, before: GraphNode['type'] | undefined): Pick<GraphNode, 'type' | 'data'> {
  switch (step.type) {
    case 'CODE': {
      const { sourceCode, input } = step.settings
      return { type: 'code', data: { code: sourceCode.code, packageJson: sourceCode.packageJson, input } }
    }
    case 'LOOP_ON_ITEMS':
      return { type: 'loop', data: { items: step.settings.items } }
    case 'ROUTER':
      return dataOfRouter(step)
    case 'PIECE': {
      const { pieceName, pieceVersion, actionName, input, propertySettings } = step.settings
      const own = typeOfPart(pieceName, actionName)
      const rest = { version: pieceVersion, input, propertySettings }
      if (own !== undefined && own === before)
        return { type: own, data: own === 'delay' ? { actionName, ...rest } : rest }
      return { type: 'action', data: { ...pieceIn(pieceName), ...defined({ action: actionName }), ...rest } }
    }
    case 'PIECE_TRIGGER': {
      const { pieceName, pieceVersion, triggerName, input, propertySettings } = step.settings
      const own = typeOfPart(pieceName, triggerName)
      const rest = { version: pieceVersion, input, propertySettings }
      // A form starts flows by the same part as a person does.
      if (own !== undefined && isTriggerType(own))
        return { type: before === 'trigger.form' && own === 'trigger' ? before : own, data: rest }
      return { type: 'trigger.piece', data: { ...pieceIn(pieceName), ...defined({ trigger: triggerName }), ...rest } }
    }
    case 'EMPTY':
      return { type: 'trigger', data: {} }
    default:
      return dataOfOther(step)
  }
}

/** A step of a kind that has no type of node yet can be read, and not be written. */
function dataOfOther({ type, settings }: { type: string; settings: object }): Pick<GraphNode, 'type' | 'data'> {
  return { type: 'action', data: { kind: type, ...settings } }
}

/** A name without a scope would be taken for a short one. */
const pieceIn = (pieceName: string) =>
  pieceName === '' ? {} : pieceName.includes('/') ? { piece: pieceName } : { pieceName }

function dataOfRouter({ settings: { branches, executionType } }: RouterAction): Pick<GraphNode, 'type' | 'data'> {
  const [first, second] = branches
  const isPair = branches.length === 2 && executionType === 'EXECUTE_FIRST_MATCH'
  if (isPair && first?.branchType === 'CONDITION' && second?.branchType === 'FALLBACK')
    return {
      type: 'condition',
      data: { conditions: first.conditions, trueName: first.branchName, falseName: second.branchName },
    }
  const handles = handlesOf(branches)
  const last = handles.at(-1) === DEFAULT ? branches.at(-1) : undefined
  const fallback = last?.branchName ?? false
  const cases = branches.slice(0, fallback === false ? undefined : -1).map((branch, index) => ({
    handle: handles[index],
    name: branch.branchName,
    ...(branch.branchType === 'FALLBACK' ? { fallback: true } : { conditions: branch.conditions }),
  }))
  return { type: 'switch', data: { mode: executionType === 'EXECUTE_ALL_MATCH' ? 'all' : 'first', cases, fallback } }
}

/**
 * A handle for each branch: its name where no other has it. A fallback behind other branches is the default; one that is
 * alone is not, because a router with one way out would look like a step that others follow.
 */
function handlesOf(branches: RouterAction['settings']['branches']): string[] {
  const taken = new Set([DEFAULT])
  return branches.map(({ branchType, branchName }, index) => {
    if (branchType === 'FALLBACK' && index > 0 && index === branches.length - 1) return DEFAULT
    const wanted = branchName === '' || branchName.length > 100 ? `case_${index + 1}` : branchName
    let handle = wanted
    for (let n = 2; taken.has(handle); n++) handle = `${wanted}_${n}`
    taken.add(handle)
    return handle
  })
}

/** The handles of a router's node, one for each branch, and the default where no branch has it. */
function handlesOfNode(node: GraphNode | undefined, step: RouterAction): string[] {
  if (node?.type === 'condition') return [TRUE, FALSE]
  const own = handlesOf(step.settings.branches)
  const handles = node && Array.isArray(node.data.cases) ? handlesInData(node.data, own) : own
  return handles.includes(DEFAULT) ? handles : [...handles, DEFAULT]
}

function handlesInData(data: GraphNode['data'], own: readonly string[]): string[] {
  const parsed = SwitchData.safeParse(data)
  return parsed.success ? branchesOfSwitch(parsed.data).handles : [...own]
}

type Exit = { id: string; handle?: string }

/** The edges between the nodes of a tree: those that were sent, where they still hold, and new ones. */
function edgesOf(
  trigger: FlowVersion['trigger'],
  nodes: ReadonlyMap<string, GraphNode>,
  idOf: ReadonlyMap<string, string>,
  before: readonly GraphEdge[],
): GraphEdge[] {
  const sent = new Map(before.map((edge) => [keyOf(edge.source, edge.sourceHandle, edge.target), edge]))
  const taken = new Set(before.map(edgeId))
  const edges: GraphEdge[] = []
  const connect = (exits: readonly Exit[], target: string): void => {
    for (const { id: source, handle } of exits) {
      const known = sent.get(keyOf(source, handle, target))
      if (known) {
        edges.push(known)
        continue
      }
      const edge = { source, target, ...(handle === undefined ? {} : { sourceHandle: handle }) }
      const like = edgeId(edge)
      let id = like
      for (let n = 2; taken.has(id); n++) id = fittingId(`${like}_${n}`)
      taken.add(id)
      edges.push({ id, ...edge })
    }
  }
  /** Connects the steps of a row. @returns what leaves it at its end */
  const addRow = (row: readonly Action[], entries: readonly Exit[]): Exit[] => {
    let exits: Exit[] = [...entries]
    for (const action of row) {
      const id = idOf.get(action.name) ?? action.name
      connect(exits, id)
      exits = exitsOf(action, id)
    }
    return exits
  }
  const exitsOf = (action: Action, id: string): Exit[] => {
    if (action.type === 'LOOP_ON_ITEMS') {
      const body = chainOf(action.firstLoopAction)
      if (body.length > 0) connect(addRow(body, [{ id, handle: BODY }]), id)
      return [{ id, handle: DONE }]
    }
    if (action.type !== 'ROUTER') return [{ id }]
    const node = nodes.get(id)
    return handlesOfNode(node, action).flatMap((handle, index) =>
      addRow(chainOf(action.children[index]), [{ id, handle }]),
    )
  }
  const first = trigger.type === 'EMPTY' ? [] : [{ id: idOf.get(trigger.name) ?? trigger.name }]
  addRow(chainOf(trigger.nextAction), first)
  return edges
}

const keyOf = (source: string, handle: string | null | undefined, target: string): string =>
  JSON.stringify([source, handle ?? null, target])
