import { sql } from 'kysely'

/** Whether a column contains a text, case-insensitively; `%` and `_` of the text mean themselves. */
export function contains(column: string, text: string) {
  return sql<boolean>`${sql.ref(column)} ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`
}
