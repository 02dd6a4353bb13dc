/** The choice of pieces that the administrators of a platform and of a project show. */
export interface Visibility {
  names: readonly string[]
  behavior: 'ALLOWED' | 'BLOCKED'
  /** The only pieces of the project, when it names some. */
  planned: readonly string[] | null
}

/** Whether a piece is shown, by name. */
export function showsOf(visibility: Visibility | undefined): (pieceName: string) => boolean {
  if (!visibility) return () => true
  const named = new Set(visibility.names)
  const allows = visibility.behavior === 'ALLOWED'
  const planned = visibility.planned && new Set(visibility.planned)
  return (pieceName) => named.has(pieceName) === allows && (planned?.has(pieceName) ?? true)
}
