import type { PropertyMetadata } from '@piecework/model/piece/property'
import type { AnswerOf, Api } from '@piecework/sdk'

export type Piece = AnswerOf<Api['pieces']['get']>

/** The ways in which a piece lets people connect. */
export function authsOf(piece: Pick<Piece, 'auth'>): PropertyMetadata[] {
  if (piece.auth === undefined) return []
  return Array.isArray(piece.auth) ? piece.auth : [piece.auth]
}

/** The fields of a way to connect, by the names under which their values are sent. */
export function fieldsOf(
  auth: PropertyMetadata,
  words: { username: string; password: string },
): Record<string, PropertyMetadata> {
  switch (auth.type) {
    case 'SECRET_TEXT':
      return { secret_text: { ...auth, required: true } }
    case 'BASIC_AUTH':
      return { username: inner(auth, 'username', words.username), password: inner(auth, 'password', words.password) }
    default:
      return auth.props ?? {}
  }
}

function inner(auth: PropertyMetadata, name: 'username' | 'password', fallback: string): PropertyMetadata {
  const own: unknown = auth[name]
  const known = typeof own === 'object' && own !== null ? own : {}
  const displayName: unknown = Reflect.get(known, 'displayName')
  const description: unknown = Reflect.get(known, 'description')
  return {
    type: name === 'password' ? 'SECRET_TEXT' : 'SHORT_TEXT',
    displayName: typeof displayName === 'string' ? displayName : fallback,
    description: typeof description === 'string' ? description : undefined,
    required: true,
  }
}

/** The values that the fields have at first. */
export const initialValues = (fields: Readonly<Record<string, PropertyMetadata>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, { type, defaultValue }]) =>
      defaultValue !== undefined ? [[name, defaultValue]] : type === 'CHECKBOX' ? [[name, false]] : [],
    ),
  )

/** The names of the fields that must be filled and are not, and of numbers that are none. */
export const missingFields = (
  fields: Readonly<Record<string, PropertyMetadata>>,
  values: Readonly<Record<string, unknown>>,
): string[] =>
  Object.entries(fields)
    .filter(([name, { type, required }]) => {
      const value = values[name]
      if (type === 'NUMBER' && typeof value === 'string') return true
      if (Array.isArray(value) && value.length === 0) return required === true
      return required === true && type !== 'MARKDOWN' && (value === undefined || value === null || value === '')
    })
    .map(([name]) => name)
