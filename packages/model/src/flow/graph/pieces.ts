import type { GraphNode, NodeType } from './graph.ts'

/** The parts of built-in pieces that node types stand for. */
export interface PiecePart {
  piece: string
  part: string
}

export const PIECE_PARTS = {
  trigger: { piece: '@activepieces/piece-manual-trigger', part: 'manual_trigger' },
  'trigger.form': { piece: '@activepieces/piece-manual-trigger', part: 'manual_trigger' },
  'trigger.webhook': { piece: '@activepieces/piece-webhook', part: 'catch_webhook' },
  'trigger.schedule': { piece: '@activepieces/piece-schedule', part: 'cron_expression' },
  http: { piece: '@activepieces/piece-http', part: 'send_request' },
  respond: { piece: '@activepieces/piece-webhook', part: 'return_response' },
} as const satisfies Partial<Record<NodeType, PiecePart>>

const DELAY = '@activepieces/piece-delay'
export const DELAY_FOR: PiecePart = { piece: DELAY, part: 'delayFor' }
export const DELAY_UNTIL: PiecePart = { piece: DELAY, part: 'delay_until' }

const isOwn = (type: NodeType): type is keyof typeof PIECE_PARTS => Object.hasOwn(PIECE_PARTS, type)

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** A short name stands for a piece of the usual scope. */
const fullName = (name: string): string => (name.includes('/') ? name : `@activepieces/piece-${name}`)

/** The part of a piece that a node runs; undefined for nodes without one, and for those where it is not chosen yet. */
export function partOfNode({ type, data }: GraphNode): { piece: string; part: string | undefined } | undefined {
  if (isOwn(type)) return PIECE_PARTS[type]
  if (type === 'delay') {
    const { actionName } = data
    return data.until !== undefined || actionName === DELAY_UNTIL.part ? DELAY_UNTIL : DELAY_FOR
  }
  if (type !== 'action' && type !== 'trigger.piece') return undefined
  const short = textOf(data.piece)
  const piece = textOf(data.pieceName) ?? (short === undefined ? undefined : fullName(short))
  if (piece === undefined) return undefined
  const part = type === 'action' ? (data.action ?? data.actionName) : (data.trigger ?? data.triggerName)
  return { piece, part: textOf(part) }
}

/** The pieces of a graph whose version the server chooses. */
export const piecesWithoutVersion = (nodes: readonly GraphNode[]): Set<string> =>
  new Set(
    nodes.flatMap((node) => {
      const part = textOf(node.data.version) === undefined ? partOfNode(node) : undefined
      return part ? [part.piece] : []
    }),
  )
