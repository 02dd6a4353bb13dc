import type { Place } from '@piecework/model/flow/kinds/kind'
import type { Trigger } from '@piecework/model/flow/step'
import { BRANCH_TAIL, CARD, CARD_TO_FRAME, EMPTY, END, GAP, HEAD, LOOP, PILL, pillWidth, ROUTER } from './geometry.ts'
import { busAbove, busBelow, type Chain, type Column, type Frame, measure, type Part } from './measure.ts'
import { type Point, roundedPath } from './path.ts'
import { after, readingOrder } from './reading-order.ts'

export interface Box {
  x: number
  y: number
  width: number
  height: number
}
/** The place of a step. Boxes name steps, as what a step says changes more often than where it is. */
export interface CardBox extends Box {
  name: string
}
export interface FrameBox extends Box {
  name: string
  kind: 'loop' | 'router'
  isCollapsed: boolean
  /** How many steps are inside. */
  count: number
}
/** Stands where a loop or a branch has no step. */
export interface EmptyBox extends Box {
  place: Place
}
export interface PillBox extends Box {
  router: string
  index: number
}
export interface EdgeLine {
  id: string
  path: string
  kind: 'plain' | 'return'
  /** The step that it comes from, and the one that it leads to. */
  from: string
  to?: string | undefined
  /** `router/0`: it belongs to a branch. */
  branch?: string | undefined
}
/** A place where a step can be added; `x` and `y` are its middle. */
export interface AddPoint {
  x: number
  y: number
  place: Place
}

export interface Layout {
  cards: CardBox[]
  frames: FrameBox[]
  empties: EmptyBox[]
  pills: PillBox[]
  edges: EdgeLine[]
  adds: AddPoint[]
  end: Box
  /** The ids of everything, in reading order. */
  order: readonly string[]
  width: number
  height: number
}

/** Places the steps of a flow: the same flow always gives the same picture. The middle of the trigger is x = 0. */
export function layoutOf(trigger: Trigger, collapsed: ReadonlySet<string> = new Set()): Layout {
  const start: Place = { parentStep: trigger.name, location: 'AFTER', branchIndex: undefined }
  const chain = measure(trigger, start, CARD.width, collapsed)
  const layout: Layout = {
    ...{ cards: [], frames: [], empties: [], pills: [], edges: [], adds: [] },
    end: { x: -END.width / 2, y: chain.height + END.line, width: END.width, height: PILL.height },
    order: [...readingOrder(trigger)],
    ...{ width: chain.width, height: chain.height + END.line + PILL.height },
  }
  placeChain(layout, chain, 0, 0)
  const last = chain.parts.at(-1)?.step.name ?? trigger.name
  line(layout, `${last}>end`, last, [
    [0, chain.height],
    [0, chain.height + END.line],
  ])
  layout.adds.push({ x: 0, y: chain.height + END.line / 2, place: after(last) })
  return layout
}

function line(layout: Layout, id: string, from: string, points: readonly Point[], more: Partial<EdgeLine> = {}): void {
  layout.edges.push({ id, from, kind: 'plain', path: roundedPath(points), ...more })
}

function placeChain(layout: Layout, chain: Chain, x: number, top: number, branch?: string): void {
  let y = top
  for (const [index, part] of chain.parts.entries()) {
    const before = chain.parts[index - 1]
    if (before) {
      const { name } = before.step
      line(
        layout,
        `${name}>`,
        name,
        [
          [x, y - GAP],
          [x, y],
        ],
        { to: part.step.name, branch },
      )
      layout.adds.push({ x, y: y - GAP / 2, place: after(name) })
    }
    placePart(layout, part, x, y, branch)
    y += part.height + GAP
  }
  if (chain.parts.length === 0)
    layout.empties.push({
      x: x - chain.width / 2,
      y: top,
      width: chain.width,
      height: EMPTY.height,
      place: chain.place,
    })
}

function placePart(layout: Layout, { step, frame }: Part, x: number, y: number, branch?: string): void {
  layout.cards.push({ x: x - CARD.width / 2, y, ...CARD, name: step.name })
  if (!frame) return
  const top = y + CARD.height + CARD_TO_FRAME
  line(
    layout,
    `${step.name}=`,
    step.name,
    [
      [x, y + CARD.height],
      [x, top],
    ],
    { branch },
  )
  layout.frames.push({
    ...{
      x: x - frame.width / 2,
      y: top,
      width: frame.width,
      height: frame.height,
      name: step.name,
      count: frame.count,
    },
    kind: frame.kind === 'collapsed' ? frame.of : frame.kind,
    isCollapsed: frame.kind === 'collapsed',
  })
  if (frame.kind === 'loop') placeLoop(layout, step.name, frame, x, top)
  if (frame.kind === 'router') placeRouter(layout, step.name, frame, x, top)
}

function placeLoop(
  layout: Layout,
  name: string,
  frame: Extract<Frame, { kind: 'loop' }>,
  x: number,
  top: number,
): void {
  const { body } = frame
  const head = top + HEAD
  const first = head + LOOP.above
  const last = first + body.height
  const left = x - frame.width / 2 + LOOP.returnLeft
  line(
    layout,
    `${name}>in`,
    name,
    [
      [x, head],
      [x, first],
    ],
    { to: body.parts[0]?.step.name },
  )
  placeChain(layout, body, x, first)
  const back: Point[] = [
    [x, last],
    [x, last + LOOP.returnBelow],
    [left, last + LOOP.returnBelow],
    [left, head + 1],
  ]
  const end = body.parts.at(-1)?.step.name
  line(layout, `${name}<`, end ?? name, back, { kind: 'return' })
  if (end === undefined) return
  layout.adds.push({ x, y: head + LOOP.above / 2, place: body.place })
  layout.adds.push({ x, y: last + LOOP.addBelow, place: after(end) })
}

function placeRouter(
  layout: Layout,
  name: string,
  frame: Extract<Frame, { kind: 'router' }>,
  x: number,
  top: number,
): void {
  const content = frame.columns.reduce((sum, { width }) => sum + width + ROUTER.gap, -ROUTER.gap)
  let left = x - content / 2
  for (const column of frame.columns) {
    placeBranch(layout, name, column, { x: left + column.width / 2, axis: x, top, height: frame.height })
    left += column.width + ROUTER.gap
  }
  if (frame.columns.length === 0)
    line(layout, `${name}>out`, name, [
      [x, top + HEAD],
      [x, top + frame.height],
    ])
}

interface BranchAt {
  x: number
  axis: number
  /** The top of the frame. */
  top: number
  height: number
}

function placeBranch(layout: Layout, router: string, { chain, branch, index }: Column, at: BranchAt): void {
  const { x, axis, top, height } = at
  const id = `${router}/${index}`
  const head = top + HEAD
  const first = head + ROUTER.above
  const last = first + chain.height
  const out = busBelow(top, height)
  const lead: Point[] = [
    [axis, head],
    [axis, busAbove(top)],
    [x, busAbove(top)],
    [x, first],
  ]
  line(layout, `${id}>`, router, x === axis ? straight(lead) : lead, { to: chain.parts[0]?.step.name, branch: id })
  const width = pillWidth(branch.branchName)
  const y = busAbove(top) + ROUTER.pillBelowBus
  layout.pills.push({ x: x - width / 2, y, width, height: PILL.height, router, index })
  placeChain(layout, chain, x, first, id)
  const end = chain.parts.at(-1)?.step.name
  const tail: Point[] = [
    [x, last],
    [x, out],
    [axis, out],
    [axis, top + height],
  ]
  line(layout, `${id}<`, end ?? router, x === axis ? straight(tail) : tail, { branch: id })
  if (end === undefined) return
  layout.adds.push({ x, y: first - ROUTER.addAbove, place: chain.place })
  layout.adds.push({ x, y: last + BRANCH_TAIL.add, place: after(end) })
}

function straight(points: readonly Point[]): Point[] {
  const [start, end] = [points[0], points.at(-1)]
  return start && end ? [start, end] : []
}
