import type { PropertySettings } from '@piecework/model/flow/step'
import type { AuthProperty, Piece, PieceProperties } from '../contract.ts'
import { processProperties } from '../props/process.ts'

export interface PieceInput {
  auth: unknown
  propsValue: Record<string, unknown>
}

/**
 * Turns a resolved input into what piece code receives: properties processed and validated, `auth` apart.
 * @throws Error whose message is the JSON of all that is wrong, by property
 */
export async function preparePieceInput(
  piece: Piece,
  part: { props: PieceProperties; requireAuth?: boolean },
  input: Record<string, unknown>,
  settings: Record<string, PropertySettings>,
): Promise<PieceInput> {
  const { auth: authInput, ...rest } = input
  const { value, errors } = await processProperties(part.props ?? {}, rest, settings)
  const auth = await processAuth(authPropertyFor(piece, authInput), part.requireAuth !== false, authInput)
  const wrong = { ...errors, ...auth.errors }
  if (Object.keys(wrong).length > 0) throw new Error(JSON.stringify(wrong))
  return { auth: auth.value, propsValue: value }
}

/** The way of authentication that a value belongs to; a piece may have several, of different types. */
export function authPropertyFor(piece: Piece, value: unknown): AuthProperty | undefined {
  if (!Array.isArray(piece.auth)) return piece.auth
  const type: unknown = Reflect.get(Object(value), 'type')
  const wanted = typeof type === 'string' && type.endsWith('OAUTH2') ? 'OAUTH2' : type
  return piece.auth.find((property) => property.type === wanted)
}

async function processAuth(
  property: AuthProperty | undefined,
  isRequired: boolean,
  value: unknown,
): Promise<{ value: unknown; errors: Record<string, unknown> }> {
  if (value === undefined || value === null || value === '') return { value: undefined, errors: {} }
  const props = property?.type === 'CUSTOM_AUTH' || property?.type === 'OAUTH2' ? property.props : undefined
  if (!isRequired || !isPropertyMap(props) || typeof value !== 'object') return { value, errors: {} }
  // Pieces from before context versions get the properties themselves instead of a whole connection value.
  const isWhole = 'type' in value && 'props' in value
  const given = isWhole ? value.props : value
  if (typeof given !== 'object' || given === null) return { value, errors: {} }
  if (!isWhole && property?.type === 'OAUTH2') return { value, errors: {} }
  const processed = await processProperties(props, { ...given }, {})
  const errors = Object.keys(processed.errors).length > 0 ? { auth: processed.errors } : {}
  return { value: isWhole ? { ...value, props: processed.value } : processed.value, errors }
}

const isPropertyMap = (props: unknown): props is PieceProperties => typeof props === 'object' && props !== null
