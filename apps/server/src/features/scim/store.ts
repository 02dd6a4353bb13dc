import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { ScimError } from './error.ts'
import type { Comparison, Filter } from './filter.ts'
import type { Listing, ScimGroupRow, ScimMemberRow, ScimUserRow } from './rows.ts'

/** The columns that a filter may name, by the attribute in lower case. */
type Columns = Readonly<Record<string, { column: RawBuilder<unknown>; isExact?: true }>>

const EMAIL = { column: sql`i.email` }
const USERS: Columns = {
  id: { column: sql`u.id`, isExact: true },
  externalid: { column: sql`u."externalId"`, isExact: true },
  ...{ username: EMAIL, emails: EMAIL, 'emails.value': EMAIL },
  'name.givenname': { column: sql`i."firstName"` },
  'name.familyname': { column: sql`i."lastName"` },
  displayname: { column: sql`trim(i."firstName" || ' ' || i."lastName")` },
  active: { column: sql`(case when u.status = 'ACTIVE' then 'true' else 'false' end)` },
}
const GROUPS: Columns = {
  id: { column: sql`p.id`, isExact: true },
  externalid: { column: sql`p."externalId"`, isExact: true },
  displayname: { column: sql`p."displayName"` },
}

/** @throws ScimError for an attribute that cannot be filtered by */
function conditionOf({ attribute, operator, value }: Comparison, columns: Columns): RawBuilder<unknown> {
  const known = Object.hasOwn(columns, attribute) ? columns[attribute] : undefined
  if (!known)
    throw new ScimError(400, `The filter cannot be read: ${attribute} is no attribute to filter by`, 'invalidFilter')
  const text = String(value)
  const column = known.isExact ? known.column : sql`lower(${known.column})`
  const wanted = known.isExact ? text : text.toLowerCase()
  switch (operator) {
    case 'eq':
      return sql`${column} = ${wanted}`
    case 'ne':
      return sql`${column} is distinct from ${wanted}`
    case 'co':
      return sql`position(${wanted} in ${column}) > 0`
    case 'sw':
      return sql`starts_with(${column}, ${wanted})`
    case 'ew':
      return sql`right(${column}, length(${wanted}::text)) = ${wanted}`
    case 'pr':
      return sql`coalesce(${known.column}, '') <> ''`
  }
}

function whereOf(filter: Filter | undefined, columns: Columns): RawBuilder<unknown> {
  if (filter === undefined) return sql`true`
  if ('not' in filter) return sql`not coalesce(${whereOf(filter.not, columns)}, false)`
  if (!('join' in filter)) return conditionOf(filter, columns)
  const parts = filter.parts.map((part) => whereOf(part, columns))
  return sql`(${sql.join(parts, filter.join === 'and' ? sql` and ` : sql` or `)})`
}

const USER_COLUMNS = sql`u.id, u."identityId", u.created, greatest(u.updated, i.updated) as updated, i.email,
  i."firstName", i."lastName", u.status, u."platformRole", u."externalId"`
const USERS_OF = (platformId: string) => sql`"user" u join user_identity i on i.id = u."identityId"
  where u."platformId" = ${platformId}`
const GROUP_COLUMNS = sql`p.id, p.created, p.updated, p."displayName", p."externalId"`
const GROUPS_OF = (platformId: string) => sql`project p
  where p."platformId" = ${platformId} and p.type = 'TEAM' and p.deleted is null`

async function listed<Row>(
  db: Db,
  columns: RawBuilder<unknown>,
  from: RawBuilder<unknown>,
  where: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
  { startIndex, count }: Listing,
): Promise<{ total: number; rows: Row[] }> {
  const [{ rows: counted }, { rows }] = await Promise.all([
    sql<{ total: number }>`select count(*)::integer as total from ${from} and ${where}`.execute(db),
    sql<Row>`select ${columns} from ${from} and ${where} order by ${id} offset ${startIndex - 1} limit ${count}`.execute(
      db,
    ),
  ])
  return { total: counted[0]?.total ?? 0, rows }
}

export const listUsers = (db: Db, platformId: string, listing: Listing) =>
  listed<ScimUserRow>(db, USER_COLUMNS, USERS_OF(platformId), whereOf(listing.filter, USERS), sql`u.id`, listing)

export const listGroups = (db: Db, platformId: string, listing: Listing) =>
  listed<ScimGroupRow>(db, GROUP_COLUMNS, GROUPS_OF(platformId), whereOf(listing.filter, GROUPS), sql`p.id`, listing)

export async function selectScimUser(db: Db, platformId: string, id: string): Promise<ScimUserRow | undefined> {
  const { rows } = await sql<ScimUserRow>`select ${USER_COLUMNS} from ${USERS_OF(platformId)} and u.id = ${id}`.execute(
    db,
  )
  return rows[0]
}

export async function selectScimGroup(db: Db, platformId: string, id: string): Promise<ScimGroupRow | undefined> {
  const { rows } =
    await sql<ScimGroupRow>`select ${GROUP_COLUMNS} from ${GROUPS_OF(platformId)} and p.id = ${id}`.execute(db)
  return rows[0]
}

export async function selectScimMembers(db: Db, projectIds: readonly string[]): Promise<ScimMemberRow[]> {
  const { rows } = await sql<ScimMemberRow>`
    select m.id, m."projectId", m."userId", i.email from project_member m
    join "user" u on u.id = m."userId" join user_identity i on i.id = u."identityId"
    where m."projectId" = any(${[...projectIds]}::text[]) order by m."userId"`.execute(db)
  return rows
}

/** Changes the profile of somebody. @returns whether they are on no other platform; else it stays */
export async function updateProfile(
  db: Db,
  { identityId, id }: Pick<ScimUserRow, 'identityId' | 'id'>,
  { email, firstName, lastName }: { email: string; firstName: string; lastName: string },
): Promise<boolean> {
  const { rows } = await sql`
    update user_identity i set email = ${email}, "firstName" = ${firstName}, "lastName" = ${lastName}, updated = now()
    where i.id = ${identityId} and not exists (
      select 1 from "user" o where o."identityId" = i.id and o.id <> ${id} and o."platformId" is not null)
    returning i.id`.execute(db)
  return rows.length > 0
}
