import type { FormField } from '@piecework/model/forms/form-field'
import { sql } from 'kysely'
import { contains } from '../../database/contains.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import { hasRoom } from '../../database/room.ts'

const NEWEST_FIRST: readonly OrderColumn[] = [{ ref: 'id', key: 'id', direction: 'desc', kind: 'text' }]

function formsOf(db: Db, projectId: string, search: string | undefined) {
  const query = db.selectFrom('form').where('projectId', '=', projectId)
  return search ? query.where(contains('name', search)) : query
}

export const pageForms = (db: Db, projectId: string, search: string | undefined, page: PageRequest) =>
  paginate(formsOf(db, projectId, search).selectAll(), NEWEST_FIRST, page)

export async function countForms(db: Db, projectId: string, search?: string): Promise<number> {
  const counted = formsOf(db, projectId, search).select(({ fn }) => fn.countAll<number>().as('count'))
  return (await counted.executeTakeFirstOrThrow()).count
}

export const selectForm = (db: Db, projectId: string, id: string) =>
  formsOf(db, projectId, undefined).selectAll().where('id', '=', id).executeTakeFirst()

interface FormContent {
  name: string
  description: string
  fields: readonly FormField[]
  isOpen: boolean
  thanks: string
  redirectUrl: string | null
}

/** Undefined when the project has so many already. */
export async function insertForm(trx: Db, row: FormContent & { id: string; projectId: string }, most: number) {
  const { projectId } = row
  if (!(await hasRoom(trx, { table: 'project', id: projectId }, formsOf(trx, projectId, undefined), most)))
    return undefined
  return trx
    .insertInto('form')
    .values({ ...row, fields: JSON.stringify(row.fields) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @param changes those that are undefined stay as they are */
export const updateForm = (
  db: Db,
  projectId: string,
  id: string,
  { fields, ...content }: { [K in keyof FormContent]?: FormContent[K] | undefined },
) =>
  db
    .updateTable('form')
    .set({ ...content, ...(fields && { fields: JSON.stringify(fields) }), updated: new Date() })
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

/** A form for its page, of whichever project. */
export const selectFormOfPage = (db: Db, id: string) =>
  db
    .selectFrom('form as f')
    .innerJoin('project as p', 'p.id', 'f.projectId')
    .innerJoin('platform as o', 'o.id', 'p.platformId')
    .selectAll('f')
    .select(['o.name as platformName', 'o.primaryColor', 'o.fullLogoUrl'])
    .where('f.id', '=', id)
    .where('p.deleted', 'is', null)
    .executeTakeFirst()

export async function deleteForm(db: Db, projectId: string, id: string): Promise<boolean> {
  const deleted = await db
    .deleteFrom('form')
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

export interface SubmissionFilter {
  from?: string | undefined
  to?: string | undefined
  /** Those that look like spam, instead of the others. */
  spam: boolean
}

function submissionsOf(db: Db, formId: string, { from, to, spam }: SubmissionFilter) {
  let query = db.selectFrom('form_submission').where('formId', '=', formId).where('isSpam', '=', spam)
  if (from !== undefined) query = query.where('created', '>=', from)
  if (to !== undefined) query = query.where('created', '<=', to)
  return query
}

export const pageSubmissions = (db: Db, formId: string, filter: SubmissionFilter, page: PageRequest) =>
  paginate(submissionsOf(db, formId, filter).selectAll(), NEWEST_FIRST, page)

export async function countSubmissions(db: Db, formId: string, filter: SubmissionFilter): Promise<number> {
  const counted = submissionsOf(db, formId, filter).select(({ fn }) => fn.countAll<number>().as('count'))
  return (await counted.executeTakeFirstOrThrow()).count
}

export const insertSubmission = (
  db: Db,
  row: {
    id: string
    formId: string
    data: Record<string, unknown>
    source: Record<string, unknown>
    isSpam: boolean
  },
) =>
  db
    .insertInto('form_submission')
    .values({ ...row, data: JSON.stringify(row.data), source: JSON.stringify(row.source) })
    .returningAll()
    .executeTakeFirstOrThrow()

/** The enabled flows of a project whose published graph has a trigger of this form. */
export async function selectFlowsOfForm(db: Db, projectId: string, formId: string): Promise<string[]> {
  const trigger = (key: string) => JSON.stringify({ nodes: [{ type: 'trigger.form', data: { [key]: formId } }] })
  const rows = await db
    .selectFrom('flow as f')
    .innerJoin('flow_version as v', 'v.id', 'f.publishedVersionId')
    .select('f.id')
    .where('f.projectId', '=', projectId)
    .where('f.status', '=', 'ENABLED')
    .where('f.operationStatus', '=', 'NONE')
    .where(sql<boolean>`(v.graph @> ${trigger('form_id')}::jsonb or v.graph @> ${trigger('formId')}::jsonb)`)
    .execute()
  return rows.map(({ id }) => id)
}
