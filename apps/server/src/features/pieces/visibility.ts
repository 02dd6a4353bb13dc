import type { Db } from '../../database/open.ts'

/** Whether a piece is shown, by name. */
export type Shows = (pieceName: string) => boolean

/**
 * What the administrators of a platform and of a project leave to be seen. It hides pieces from lists; flows that
 * use them go on.
 */
export async function visiblePieces(db: Db, platformId: string, projectId: string | undefined): Promise<Shows> {
  const platform = await db
    .selectFrom('platform')
    .select(['filteredPieceNames', 'filteredPieceBehavior'])
    .where('id', '=', platformId)
    .executeTakeFirst()
  const plan =
    projectId === undefined
      ? undefined
      : await db
          .selectFrom('project_plan as plan')
          .innerJoin('project', 'project.id', 'plan.projectId')
          .select(['plan.pieces', 'plan.piecesFilterType'])
          .where('project.id', '=', projectId)
          .where('project.platformId', '=', platformId)
          .executeTakeFirst()
  const named = new Set(platform?.filteredPieceNames)
  const allows = platform?.filteredPieceBehavior === 'ALLOWED'
  const planned = plan?.piecesFilterType === 'ALLOWED' ? new Set(plan.pieces) : undefined
  return (pieceName) => named.has(pieceName) === allows && (planned?.has(pieceName) ?? true)
}
