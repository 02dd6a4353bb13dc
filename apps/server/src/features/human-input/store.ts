import type { Db } from '../../database/open.ts'

/** Reads what the page of a flow shows, published or not. */
export function selectFlowOfPage(db: Db, flowId: string) {
  return db
    .selectFrom('flow as f')
    .innerJoin('project as p', 'p.id', 'f.projectId')
    .innerJoin('platform as o', 'o.id', 'p.platformId')
    .select(['f.id', 'f.projectId', 'f.publishedVersionId', 'o.name', 'o.primaryColor', 'o.fullLogoUrl'])
    .where('f.id', '=', flowId)
    .where('f.operationStatus', '=', 'NONE')
    .where('p.deleted', 'is', null)
    .executeTakeFirst()
}
