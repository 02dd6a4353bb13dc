import { type Selectable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { FlowOperationTable } from '../../database/schema.ts'

export type OperationRow = Omit<Selectable<FlowOperationTable>, 'size'>
export type NewOperation = Omit<OperationRow, 'revision' | 'authorName' | 'operation'> & {
  /** JSON text. */
  operation: string | null
}

const COLUMNS = [
  'flowId',
  'revision',
  'flowVersionId',
  'created',
  'userId',
  'authorName',
  'clientOperationId',
  'type',
  'touched',
  'operation',
] as const

/** Raises the revision of a flow and keeps the operation that did; those that are older than the last few go. */
export async function insertOperation(db: Db, row: NewOperation, kept: number): Promise<OperationRow> {
  const { flowId, flowVersionId, created, userId, clientOperationId, type, touched, operation } = row
  const { rows } = await sql<OperationRow>`
    with raised as (
      update flow set revision = revision + 1, updated = ${created} where id = ${flowId} returning revision
    ), gone as (
      delete from flow_operation where "flowId" = ${flowId} and revision <= (select revision from raised) - ${kept}::integer
    )
    insert into flow_operation ("flowId", revision, "flowVersionId", created, "userId", "authorName",
      "clientOperationId", type, touched, operation, size)
    select ${flowId}, revision, ${flowVersionId}, ${created}, ${userId}, (
        select trim(i."firstName" || ' ' || i."lastName") from "user" u
        join user_identity i on i.id = u."identityId" where u.id = ${userId}),
      ${clientOperationId}, ${type}, ${touched}::text[], ${operation}::json, ${operation?.length ?? 0}::integer
    from raised
    returning ${sql.join(COLUMNS.map((column) => sql.ref(column)))}`.execute(db)
  const [inserted] = rows
  if (!inserted) throw new Error(`The flow ${flowId} does not exist, so its operation cannot be recorded`)
  return inserted
}

export function selectOperationOfClient(db: Db, flowId: string, clientOperationId: string) {
  return db
    .selectFrom('flow_operation')
    .select(COLUMNS)
    .where('flowId', '=', flowId)
    .where('clientOperationId', '=', clientOperationId)
    .executeTakeFirst()
}

/** Operations after a revision, oldest first, as long as they are not more than so many characters in all. */
export async function selectOperationsAfter(
  db: Db,
  flowId: string,
  after: number,
  maxCharacters: number,
): Promise<OperationRow[]> {
  return db
    .selectFrom((from) =>
      from
        .selectFrom('flow_operation')
        .select([...COLUMNS, sql<number>`sum(size) over (order by revision)`.as('total')])
        .where('flowId', '=', flowId)
        .where('revision', '>', after)
        .as('later'),
    )
    .select(COLUMNS)
    .where('total', '<=', maxCharacters)
    .orderBy('revision')
    .execute()
}

/** Reads the steps that each operation after a revision touched, oldest first, without the operations themselves. */
export function selectTouchedAfter(db: Db, flowId: string, after: number) {
  return db
    .selectFrom('flow_operation')
    .select(['revision', 'touched'])
    .where('flowId', '=', flowId)
    .where('revision', '>', after)
    .orderBy('revision')
    .execute()
}

export function selectOperations(db: Db, flowId: string, revisions: readonly number[]): Promise<OperationRow[]> {
  return db
    .selectFrom('flow_operation')
    .select(COLUMNS)
    .where('flowId', '=', flowId)
    .where('revision', 'in', [...revisions])
    .orderBy('revision')
    .execute()
}

export async function selectRevision(db: Db, flowId: string): Promise<number | undefined> {
  const row = await db.selectFrom('flow').select('revision').where('id', '=', flowId).executeTakeFirst()
  return row?.revision
}
