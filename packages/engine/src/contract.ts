/**
 * The minimum that the engine requires of a piece. Both published npm pieces and this product's own satisfy it; methods
 * are declared as methods so that pieces may narrow their context types.
 */

/** The context version that a piece was built for; '0' for the oldest ones, which name none. */
export type ContextVersion = '0' | '1' | '2'

export interface PieceProperty {
  type: string
  required?: boolean | undefined
  displayName?: string | undefined
  /** Sub-properties of an ARRAY. */
  properties?: PieceProperties | undefined
  /** A property map for CUSTOM_AUTH and OAUTH2, a function for DYNAMIC. */
  props?: unknown
  /** A function for DROPDOWN and MULTI_SELECT_DROPDOWN. */
  options?: unknown
}
export type PieceProperties = Record<string, PieceProperty>

export interface AuthProperty extends PieceProperty {
  validate?(context: unknown): Promise<{ valid: boolean; error?: string }>
}

export interface PieceAction {
  name: string
  props: PieceProperties
  requireAuth?: boolean
  run(context: unknown): unknown
  test?(context: unknown): unknown
}

export interface PieceTriggerContract {
  name: string
  type: string
  props: PieceProperties
  requireAuth?: boolean
  sampleData?: unknown
  onEnable?(context: unknown): unknown
  onDisable?(context: unknown): unknown
  onHandshake?(context: unknown): unknown
  onRenew?(context: unknown): unknown
  onStart?(context: unknown): unknown
  run(context: unknown): unknown
  test?(context: unknown): unknown
}

export interface PieceEvents {
  parseAndReply?(input: { payload: unknown; server: { publicUrl: string } }): unknown
  verify(input: { webhookSecret: unknown; payload: unknown; appWebhookUrl: string }): unknown
}

export interface Piece {
  displayName: string
  auth?: AuthProperty | AuthProperty[] | undefined
  events?: PieceEvents | undefined
  authors?: string[] | undefined
  getAction(name: string): PieceAction | undefined
  getTrigger(name: string): PieceTriggerContract | undefined
  metadata(): object
  getContextInfo?(): { version?: string } | undefined
}

export function contextVersionOf(piece: Piece): ContextVersion {
  const version = piece.getContextInfo?.()?.version
  if (version === undefined) return '0'
  return version === '1' ? '1' : '2'
}
