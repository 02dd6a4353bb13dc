import type { PieceUse } from '@piecework/api/flow-overview'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type PageRequest, paginate } from '../../database/pagination.ts'

type Steps = { steps: PieceUse['steps'] | null }

// Strict: a lax path would find a step in an array twice.
const stepsOf = (pieceName: string) => sql<Steps>`(
  select json_agg(json_build_object(
    'name', step ->> 'name', 'displayName', step ->> 'displayName',
    'pieceVersion', step #>> '{settings,pieceVersion}',
    'part', coalesce(step #>> '{settings,actionName}', step #>> '{settings,triggerName}'))) as steps
  from jsonb_path_query(version.trigger::jsonb,
    'strict $.** ? ((@.type == "PIECE" || @.type == "PIECE_TRIGGER") && @.settings.pieceName == $name)',
    jsonb_build_object('name', ${pieceName}::text)) as step)`

/** Flows whose latest version has steps of a piece, those changed last first. Reads every flow of the project. */
export function pagePieceUses(db: Db, of: { projectId: string; pieceName: string }, page: PageRequest) {
  const query = db
    .selectFrom('flow')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('flow_version')
          .select(['flow_version.id', 'displayName', 'trigger'])
          .whereRef('flow_version.flowId', '=', 'flow.id')
          .orderBy('flow_version.id', 'desc')
          .limit(1)
          .as('version'),
      (join) => join.onTrue(),
    )
    .innerJoinLateral(stepsOf(of.pieceName).as('uses'), (join) => join.onTrue())
    .select(({ eb }) => [
      'flow.id',
      'flow.status',
      'flow.updated',
      'version.displayName',
      'version.id as versionId',
      'uses.steps',
      eb('flow.publishedVersionId', '=', eb.ref('version.id')).as('isPublished'),
    ])
    .where('flow.projectId', '=', of.projectId)
    .where('flow.operationStatus', '=', 'NONE')
    .where('uses.steps', 'is not', null)
  return paginate(
    query,
    [
      { ref: 'flow.updated', key: 'updated', kind: 'time', direction: 'desc' },
      { ref: 'flow.id', key: 'id', kind: 'text', direction: 'desc' },
    ],
    page,
  )
}
