import type { SearchResults } from '@piecework/api/search'
import { type RawBuilder, sql } from 'kysely'
import type { Place } from '../../access/actor.ts'
import { contains } from '../../database/contains.ts'
import type { Db } from '../../database/open.ts'

export interface Search {
  query: string
  /** The most results of each kind. */
  limit: number
}

/** Names that are the text come first, then those that begin with it. */
function rank(column: string, { query }: Search): RawBuilder<number> {
  const text = query.toLowerCase()
  return sql<number>`case when lower(${sql.ref(column)}) = ${text} then 0
    when starts_with(lower(${sql.ref(column)}), ${text}) then 1 else 2 end`
}

/** By their latest name, or by their whole id. */
export function searchFlows(db: Db, projectId: string, search: Search): Promise<SearchResults['flows']> {
  return db
    .selectFrom('flow')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('flow_version')
          .select('displayName')
          .whereRef('flow_version.flowId', '=', 'flow.id')
          .orderBy('flow_version.id', 'desc')
          .limit(1)
          .as('version'),
      (join) => join.onTrue(),
    )
    .select(['flow.id', 'version.displayName', 'flow.status', 'flow.folderId'])
    .where('flow.projectId', '=', projectId)
    .where('flow.operationStatus', '=', 'NONE')
    .where(({ or, eb }) => or([contains('version.displayName', search.query), eb('flow.id', '=', search.query)]))
    .orderBy(rank('version.displayName', search))
    .orderBy('flow.updated', 'desc')
    .limit(search.limit)
    .execute()
}

/** Ids are letters and digits; fewer of them are the time, and would find any run of an age. */
const LEAST_OF_ID = /^[0-9A-Za-z]{8,21}$/
/** Behind every letter of an id, in byte order. */
const BEYOND_LETTERS = '~'

/** By the beginning of their id; of every environment, archived ones included. */
export async function searchRuns(db: Db, projectId: string, { query, limit }: Search): Promise<SearchResults['runs']> {
  if (!LEAST_OF_ID.test(query)) return []
  return db
    .selectFrom('flow_run as r')
    .leftJoin('flow_version as v', 'v.id', 'r.flowVersionId')
    .select(['r.id', 'r.flowId', 'v.displayName as flowDisplayName', 'r.status', 'r.created'])
    .where('r.projectId', '=', projectId)
    .where('r.id', '>=', query)
    .where('r.id', '<', query + BEYOND_LETTERS)
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute()
}

/** By their name or external id: those that the project can use. */
export function searchConnections(
  db: Db,
  { projectId, platformId }: Place,
  search: Search,
): Promise<SearchResults['connections']> {
  return db
    .selectFrom('app_connection')
    .select(['id', 'externalId', 'displayName', 'pieceName', 'status'])
    .where('platformId', '=', platformId)
    .where(sql<boolean>`${projectId} = any("projectIds")`)
    .where(({ or }) => or([contains('displayName', search.query), contains('externalId', search.query)]))
    .orderBy(rank('displayName', search))
    .orderBy('updated', 'desc')
    .limit(search.limit)
    .execute()
}

export function searchFolders(db: Db, projectId: string, search: Search): Promise<SearchResults['folders']> {
  return db
    .selectFrom('folder')
    .select(['id', 'displayName'])
    .where('projectId', '=', projectId)
    .where(contains('displayName', search.query))
    .orderBy(rank('displayName', search))
    .orderBy('displayName')
    .limit(search.limit)
    .execute()
}
