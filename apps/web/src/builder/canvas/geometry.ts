/** The measures of the canvas, in px at 100 %. */
export const CARD = { width: 280, height: 56 } as const
/** Between a step and the next. */
export const GAP = 40
/** Between a step and its frame. */
export const CARD_TO_FRAME = 12
export const HEAD = 32
export const LOOP = { side: 32, above: 40, below: 48, returnBelow: 32, returnLeft: 16, addBelow: 14 } as const
export const ROUTER = { side: 24, gap: 24, above: 84, below: 56, bus: 16, pillBelowBus: 14, addAbove: 14 } as const
export const BRANCH_TAIL = { add: 16, bus: 40 } as const
export const PILL = { height: 24, least: 72, most: 240 } as const
export const END = { line: 24, width: 48 } as const
export const RADIUS = 12
/** The size of the placeholder in an empty loop, and in an empty branch. */
export const EMPTY = { loop: CARD.width, branch: 160, height: 56 } as const
/** The part of an add button that takes a click. */
export const ADD = 24

const PER_LETTER = 7
const PILL_PADDING = 48

/** The room that the pill of a branch takes; longer names are cut. */
export const pillWidth = (name: string): number =>
  Math.min(PILL.most, Math.max(PILL.least, Math.ceil(name.length * PER_LETTER) + PILL_PADDING))
