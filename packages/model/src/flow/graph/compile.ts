import type { z } from 'zod'
import { nextTime } from '../../schedule.ts'
import type { Note } from '../flow.ts'
import { MAX_FLOW_DEPTH } from '../incoming.ts'
import type { Action, Trigger } from '../step.ts'
import { edgeId, type GraphEdge, type GraphNode, type GraphProblem, isTriggerType } from './graph.ts'
import { mapTexts, renamer, stepNames, TRIGGER_NAME } from './names.ts'
import {
  type Branches,
  branchesOfCondition,
  branchesOfSwitch,
  CodeData,
  CommonData,
  ConditionData,
  DELAY_UNITS,
  inputOfNode,
  LoopData,
  PieceData,
  SwitchData,
} from './node-settings.ts'
import { noteOfNode } from './notes.ts'
import { partOfNode } from './pieces.ts'
import { BODY, DONE, listOf, type Placed, type Point, structureOf, type Way } from './structure.ts'

interface Surroundings {
  /** The version of a piece for steps that name none; undefined for unknown pieces. */
  versionOf(piece: string): string | undefined
  now: string
  userId: string | null
}

export interface Compiled {
  trigger: Trigger
  notes: Note[]
}

type CompileResult = ({ ok: true } & Compiled) | { ok: false; problems: GraphProblem[] }

/** The node that stands for a trigger where there is none yet. No id is empty. */
const NO_TRIGGER = ''

/**
 * Makes a flow of a graph. Steps that are not filled in are made, too: they keep a flow from being published.
 * Never throws; what cannot be a flow is refused with the ids of the nodes and edges.
 */
export function compileGraph(
  { nodes, edges }: { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] },
  surroundings: Surroundings,
): CompileResult {
  const problems: GraphProblem[] = []
  const refuse = (message: string, about: { nodes?: string[]; edges?: string[]; field?: string }): void => {
    const { nodes: ids = [], edges: ways = [], field } = about
    problems.push({ message, nodes: ids, edges: ways, ...(field === undefined ? {} : { field }) })
  }
  const byId = new Map<string, GraphNode>()
  const twice = new Set<string>()
  for (const node of nodes) {
    if (byId.has(node.id)) twice.add(node.id)
    byId.set(node.id, node)
  }
  if (twice.size > 0) refuse('Ids of nodes must differ.', { nodes: [...twice] })
  const triggers = nodes.filter(({ type }) => isTriggerType(type)).map(({ id }) => id)
  if (triggers.length > 1) refuse('A workflow has one trigger.', { nodes: triggers })
  const routers = new Map<string, Branches>()
  for (const node of byId.values()) {
    const branches = readBranches(node, refuse)
    if (branches) routers.set(node.id, branches)
  }
  const ways = readEdges(edges, byId, routers, refuse)
  if (problems.length > 0) return { ok: false, problems }

  const steps = [...byId.values()].filter(({ type }) => type !== 'note')
  const points = steps.map(({ id, type }): Point => ({ id, kind: kindOf(type, routers.get(id)) }))
  const [trigger] = triggers
  if (trigger === undefined) {
    const targets = new Set(ways.map(({ target }) => target))
    const first = steps.find(({ id }) => !targets.has(id)) ?? steps[0]
    points.push({ id: NO_TRIGGER, kind: 'STEP' })
    if (first) ways.push({ id: '', source: NO_TRIGGER, target: first.id, handle: undefined })
  }
  const structure = structureOf(points, ways, trigger ?? NO_TRIGGER, (id) => routers.get(id)?.handles ?? [])
  if ('problems' in structure) return { ok: false, problems: structure.problems.map(withoutNoTrigger) }

  const [head, ...row] = structure.row
  const names = stepNames(nodes)
  const maker = createMaker({ ...surroundings, byId, routers, names, refuse })
  const first = maker.chain(row, 1)
  const triggerNode = head && byId.get(head.id)
  const made = triggerNode ? maker.trigger(triggerNode) : emptyTrigger(surroundings.now)
  if (problems.length > 0) return { ok: false, problems }
  const notes = nodes.flatMap((node) => (node.type === 'note' ? [noteOfNode(node, surroundings)] : []))
  return { ok: true, trigger: { ...made, ...(first ? { nextAction: first } : {}) }, notes }
}

const withoutNoTrigger = (problem: GraphProblem): GraphProblem => ({
  ...problem,
  nodes: problem.nodes.filter((id) => id !== NO_TRIGGER),
  edges: problem.edges.filter((id) => id !== ''),
})

/** A switch without branches has one way out, as any other step. */
const kindOf = (type: GraphNode['type'], router: Branches | undefined): Point['kind'] =>
  type === 'loop' ? 'LOOP' : router && router.branches.length > 0 ? 'BRANCHES' : 'STEP'

type Refuse = (message: string, about: { nodes?: string[]; edges?: string[]; field?: string }) => void

/** The complaints about one node: a list of a thousand wrong items needs no thousand words. */
const MAX_COMPLAINTS = 10

/** The data of a node as a schema reads it; undefined when it does not fit, which is refused. */
function read<S extends z.ZodType>(node: GraphNode, schema: S, refuse: Refuse): z.output<S> | undefined {
  const parsed = schema.safeParse(node.data)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues.slice(0, MAX_COMPLAINTS)) {
    const field = ['data', ...path].join('.')
    refuse(`The field ${field} of the node ${node.id} is not usable: ${message}.`, { nodes: [node.id], field })
  }
  return undefined
}

function readBranches(node: GraphNode, refuse: Refuse): Branches | undefined {
  if (node.type === 'condition') {
    const data = read(node, ConditionData, refuse)
    return data && branchesOfCondition(data)
  }
  if (node.type !== 'switch') return undefined
  const data = read(node, SwitchData, refuse)
  if (!data) return undefined
  const branches = branchesOfSwitch(data)
  if (new Set(branches.handles).size < branches.handles.length)
    refuse(`The cases of ${node.id} need handles that differ, from each other and from default.`, {
      nodes: [node.id],
      field: 'data.cases',
    })
  return branches
}

function readEdges(
  edges: readonly GraphEdge[],
  byId: ReadonlyMap<string, GraphNode>,
  routers: ReadonlyMap<string, Branches>,
  refuse: Refuse,
): Way[] {
  const ids = new Set<string>()
  const leaving = new Map<string, string>()
  return edges.flatMap((edge): Way[] => {
    const id = edgeId(edge)
    const { source, target } = edge
    const about = { nodes: [source, target].filter((end) => byId.has(end)), edges: [id] }
    if (ids.has(id)) refuse(`Ids of edges must differ, and ${id} is there twice.`, about)
    ids.add(id)
    const from = byId.get(source)
    const to = byId.get(target)
    if (!from || !to) {
      refuse(`The edge ${id} has an end that is no node: ${from ? target : source}.`, about)
      return []
    }
    if (from.type === 'note' || to.type === 'note') refuse(`The edge ${id} ends at a note, which is no step.`, about)
    if (isTriggerType(to.type)) refuse(`The edge ${id} leads to the trigger ${target}, which comes first.`, about)
    const known = from.type === 'loop' ? [BODY, DONE] : routers.get(source)?.handles
    const handle = edge.sourceHandle ?? undefined
    if (known && (handle === undefined || !known.includes(handle)))
      refuse(
        `The edge ${id} needs a sourceHandle of ${source}: ${listOf(known)}${handle === undefined ? '' : ` (and not ${handle})`}.`,
        about,
      )
    const used = known ? handle : undefined
    const exit = JSON.stringify([source, used])
    const other = leaving.get(exit)
    if (other === undefined) leaving.set(exit, id)
    else
      refuse(
        `The edges ${other} and ${id} leave ${source} by the same way out: only one may. Use a switch for several ways.`,
        { nodes: [source], edges: [other, id] },
      )
    return [{ id, source, target, handle: used }]
  })
}

interface MakerParts extends Surroundings {
  byId: ReadonlyMap<string, GraphNode>
  routers: ReadonlyMap<string, Branches>
  names: ReadonlyMap<string, string>
  refuse: Refuse
}

/** Makes steps of nodes that have their places. */
function createMaker({ byId, routers, names, refuse, versionOf, now }: MakerParts) {
  const rename = renamer(names)
  const renamed = <T>(value: T): T => mapTexts(value, rename) as T
  let isTooDeep = false

  const base = (node: GraphNode) => {
    const { label, skip, errorHandlingOptions, customLogoUrl } = read(node, CommonData, refuse) ?? {}
    return {
      step: {
        name: names.get(node.id) ?? node.id,
        displayName: node.label ?? label ?? node.id,
        valid: false,
        lastUpdatedDate: now,
        ...(skip === undefined ? {} : { skip }),
      },
      logo: customLogoUrl === undefined ? {} : { customLogoUrl },
      errors: errorHandlingOptions === undefined ? {} : { errorHandlingOptions },
    }
  }

  const pieceSettings = (node: GraphNode) => {
    const part = partOfNode(node)
    const data = read(node, PieceData, refuse) ?? {}
    const pieceVersion = data.version ?? (part && versionOf(part.piece))
    if (part && pieceVersion === undefined)
      refuse(`The node ${node.id} uses the piece ${part.piece}, which is not installed.`, {
        nodes: [node.id],
        field: 'data.piece',
      })
    refuseDelay(node, refuse)
    return {
      pieceName: part?.piece ?? '',
      pieceVersion: pieceVersion ?? '0.0.0',
      input: renamed(data.input ?? inputOfNode(node)),
      propertySettings: data.propertySettings ?? {},
      part: part?.part,
    }
  }

  const action = ({ id, inside }: Placed, depth: number): Action => {
    const node = byId.get(id)
    if (!node) throw new Error(`The node ${id} was placed and is not there`)
    const { step, logo, errors } = base(node)
    switch (node.type) {
      case 'code': {
        const { code, packageJson, input } = read(node, CodeData, refuse) ?? CodeData.parse({})
        const settings = { sourceCode: { code, packageJson }, input: renamed(input), ...errors, ...logo }
        return { ...step, type: 'CODE', settings }
      }
      case 'loop': {
        const { items } = read(node, LoopData, refuse) ?? { items: '' }
        const body = chain(inside.get(BODY) ?? [], depth + 1)
        const settings = { items: rename(items), ...logo }
        return { ...step, type: 'LOOP_ON_ITEMS', settings, ...(body ? { firstLoopAction: body } : {}) }
      }
      case 'condition':
      case 'switch': {
        const { branches, executionType, handles } = routers.get(id) ?? branchesOfCondition(ConditionData.parse({}))
        const rows = handles.map((handle) => inside.get(handle) ?? [])
        const beyond = rows.slice(branches.length).find((row) => row.length > 0)
        if (beyond)
          refuse(
            `The switch ${id} has no branch for default: set fallback to a name, or lead default past the cases.`,
            {
              nodes: [id, ...beyond.slice(0, 1).map((first) => first.id)],
              field: 'data.fallback',
            },
          )
        const children = branches.map((_, index) => chain(rows[index] ?? [], depth + 1) ?? null)
        const settings = { branches: renamed(branches), executionType, ...logo }
        return { ...step, type: 'ROUTER', settings, children }
      }
      default: {
        const { part, ...piece } = pieceSettings(node)
        const settings = { ...piece, ...(part === undefined ? {} : { actionName: part }), ...errors, ...logo }
        return { ...step, type: 'PIECE', settings }
      }
    }
  }

  /** From the last to the first: a long row needs no deep recursion. */
  const chain = (row: readonly Placed[], depth: number): Action | undefined => {
    let next: Action | undefined
    const deepest = depth + row.length
    if (deepest > MAX_FLOW_DEPTH) {
      const over = row[Math.max(0, MAX_FLOW_DEPTH - depth)]
      if (!isTooDeep)
        refuse(
          `A workflow has at most ${MAX_FLOW_DEPTH} steps in a row or inside of one another, its trigger among them.`,
          { nodes: over ? [over.id] : [] },
        )
      isTooDeep = true
      // The steps inside of it would be deeper still, and the stack ends.
      return undefined
    }
    for (const [index, placed] of [...row.entries()].reverse()) {
      const made = action(placed, depth + index)
      if (next) made.nextAction = next
      next = made
    }
    return next
  }

  const trigger = (node: GraphNode): Trigger => {
    const { step, logo } = base(node)
    refuseSchedule(node, refuse, new Date(now))
    const { skip: _, ...plain } = { skip: undefined, ...step, name: TRIGGER_NAME }
    const { part, ...piece } = pieceSettings(node)
    const settings = { ...piece, ...(part === undefined ? {} : { triggerName: part }), ...logo }
    return { ...plain, type: 'PIECE_TRIGGER', settings }
  }

  return { chain, trigger }
}

/** Only one of several times of a delay would count. */
function refuseDelay({ id, type, data }: GraphNode, refuse: Refuse): void {
  if (type !== 'delay' || data.input !== undefined) return
  const [first, second] = ['until', ...DELAY_UNITS].filter((key) => data[key] !== undefined)
  if (second !== undefined)
    refuse(`The delay ${id} has both ${first} and ${second}: give one of them.`, {
      nodes: [id],
      field: `data.${second}`,
    })
}

/** A schedule that never comes is a mistake, also in a draft. Expressions are read when it is published. */
function refuseSchedule(node: GraphNode, refuse: Refuse, now: Date): void {
  const { cronExpression, timezone } = inputOfNode(node)
  if (node.type !== 'trigger.schedule' || node.data.input !== undefined) return
  if (typeof cronExpression !== 'string' || typeof timezone !== 'string') return
  if (`${cronExpression}${timezone}`.includes('{{')) return
  try {
    nextTime({ cronExpression, timezone }, now)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    refuse(message, { nodes: [node.id], field: 'data.cron' })
  }
}

function emptyTrigger(now: string): Trigger {
  const name = TRIGGER_NAME
  return { type: 'EMPTY', name, settings: {}, valid: false, displayName: 'Select Trigger', lastUpdatedDate: now }
}
