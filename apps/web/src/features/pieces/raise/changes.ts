import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { PropertyMetadata } from '@piecework/model/piece/property'

/** A difference between two versions of a piece that a step may feel. */
export type Change =
  | { kind: 'partGone'; part: string }
  | { kind: 'fieldAdded' | 'fieldRequired' | 'fieldGone'; part: string; field: string }
  | { kind: 'fieldType'; part: string; field: string; from: string; to: string }
  | { kind: 'auth' }
  | { kind: 'partsNew'; parts: string[] }

/** Changes after which a step may not run as before. */
const BREAKING: ReadonlySet<Change['kind']> = new Set(['partGone', 'fieldRequired', 'fieldGone', 'fieldType', 'auth'])
export const isBreaking = ({ kind }: Change): boolean => BREAKING.has(kind)

interface Part {
  displayName: string
  props: Readonly<Record<string, PropertyMetadata>>
}

const partsOf = ({ actions, triggers }: PieceMetadata): Map<string, Part> =>
  new Map<string, Part>([...Object.entries(triggers), ...Object.entries(actions)])

const authKinds = ({ auth }: PieceMetadata): string =>
  [auth ?? []]
    .flat()
    .map(({ type, props }) => `${type} ${Object.keys(props ?? {}).sort()}`)
    .sort()
    .join()

/**
 * The differences between two versions of a piece in the actions and triggers that are in use, and the new ones.
 * @param used their names
 */
export function changesBetween(from: PieceMetadata, to: PieceMetadata, used: ReadonlySet<string>): Change[] {
  const before = partsOf(from)
  const after = partsOf(to)
  const changes = [...used].flatMap((name): Change[] => {
    const old = before.get(name)
    const next = after.get(name)
    if (!next) return [{ kind: 'partGone', part: old?.displayName ?? name }]
    return old ? fieldChanges(old, next) : []
  })
  if (authKinds(from) !== authKinds(to)) changes.unshift({ kind: 'auth' })
  const parts = [...after].filter(([name]) => !before.has(name)).map(([, { displayName }]) => displayName)
  if (parts.length > 0) changes.push({ kind: 'partsNew', parts })
  return changes
}

function fieldChanges(old: Part, next: Part): Change[] {
  const part = next.displayName
  const nameOf = (key: string, { displayName }: PropertyMetadata): string => displayName ?? key
  const gone = Object.entries(old.props)
    .filter(([key, { type }]) => !(key in next.props) && type !== 'MARKDOWN')
    .map(([key, property]): Change => ({ kind: 'fieldGone', part, field: nameOf(key, property) }))
  const others = Object.entries(next.props).flatMap(([key, property]): Change[] => {
    const was = old.props[key]
    const field = nameOf(key, property)
    if (property.type === 'MARKDOWN') return []
    // A property with a default value needs nobody to fill it in.
    const asks = property.required === true && property.defaultValue === undefined
    if (!was) return [{ kind: asks ? 'fieldRequired' : 'fieldAdded', part, field }]
    if (was.type !== property.type) return [{ kind: 'fieldType', part, field, from: was.type, to: property.type }]
    return asks && was.required !== true ? [{ kind: 'fieldRequired', part, field }] : []
  })
  return [...gone, ...others]
}
