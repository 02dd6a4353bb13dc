import type { Db } from '../../database/open.ts'

/** What the administrators of a platform and of a project leave to be seen. */
export interface Visibility {
  names: readonly string[]
  behavior: 'ALLOWED' | 'BLOCKED'
  /** The only pieces of the project, when it names some. */
  planned: readonly string[] | null
}

/** It hides pieces from lists; flows that use them go on. */
export async function selectVisibility(
  db: Db,
  platformId: string,
  projectId: string | undefined,
): Promise<Visibility | undefined> {
  const row = await db
    .selectFrom('platform')
    .leftJoin('project', (join) =>
      join.onRef('project.platformId', '=', 'platform.id').on('project.id', '=', projectId ?? ''),
    )
    .leftJoin('project_plan as plan', 'plan.projectId', 'project.id')
    .select([
      'platform.filteredPieceNames as names',
      'platform.filteredPieceBehavior as behavior',
      'plan.pieces',
      'plan.piecesFilterType',
    ])
    .where('platform.id', '=', platformId)
    .executeTakeFirst()
  if (!row) return undefined
  const planned = row.piecesFilterType === 'ALLOWED' ? (row.pieces ?? []) : null
  return { names: row.names, behavior: row.behavior, planned }
}

/** Whether a piece is shown, by name. */
export function showsOf(visibility: Visibility | undefined): (pieceName: string) => boolean {
  if (!visibility) return () => true
  const named = new Set(visibility.names)
  const allows = visibility.behavior === 'ALLOWED'
  const planned = visibility.planned && new Set(visibility.planned)
  return (pieceName) => named.has(pieceName) === allows && (planned?.has(pieceName) ?? true)
}
