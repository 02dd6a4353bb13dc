import { readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'
import { testDatabase } from '../apps/server/src/database/testing.ts'

const FOLDER = `${import.meta.dirname}/../apps/server/src/database`

interface Interface {
  parents: string[]
  /** The text of the type of each member, by its name. */
  members: Map<string, string>
}

/** The interfaces of the files that describe the tables. */
function interfacesOf(files: readonly string[]): Map<string, Interface> {
  const found = new Map<string, Interface>()
  for (const file of files) {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8')
    new Visitor({
      TSInterfaceDeclaration({ id, extends: parents, body }) {
        const members = new Map<string, string>()
        for (const member of body.body) {
          if (member.type !== 'TSPropertySignature' || member.key.type !== 'Identifier' || !member.typeAnnotation)
            throw new Error(`${id.name} has a member that this test cannot read`)
          const { start, end } = member.typeAnnotation.typeAnnotation
          members.set(member.key.name, text.slice(start, end))
        }
        const names = parents.map(({ expression: { start, end } }) => text.slice(start, end))
        found.set(id.name, { parents: names, members })
      },
    }).visit(parseSync(file, text).program)
  }
  return found
}

/** The first argument of these is the type that reading a column gives; without one of them it is the type itself. */
const WRAPPERS = /^(Generated|GeneratedAlways|ColumnType|JSONColumnType)<(.*)>$/s
const isNullable = (type: string): boolean => {
  const inner = WRAPPERS.exec(type)?.[2]
  if (inner !== undefined) return isNullable(firstArgument(inner))
  return /^Nullable/.test(type) || /\|\s*null$/.test(type.trim())
}

/** The text up to the first comma that is not inside of brackets. */
function firstArgument(text: string): string {
  let depth = 0
  for (const [index, sign] of [...text].entries()) {
    if ('<({['.includes(sign)) depth++
    if ('>)}]'.includes(sign)) depth--
    if (sign === ',' && depth === 0) return text.slice(0, index)
  }
  return text
}

function described(): string[] {
  const interfaces = interfacesOf([
    'schema.ts',
    'alert-tables.ts',
    'event-tables.ts',
    'live-tables.ts',
    'sign-in-tables.ts',
    'sso-tables.ts',
  ])
  const membersOf = (name: string): [string, string][] => {
    const found = interfaces.get(name)
    if (!found) throw new Error(`There is no interface ${name}`)
    return [...found.parents.flatMap(membersOf), ...found.members]
  }
  return membersOf('Database').flatMap(([table, name]) =>
    membersOf(name).map(([column, type]) => `${table}.${column}${isNullable(type) ? ' or null' : ''}`),
  )
}

test('schema.ts has the tables and columns of the migrated database, and says which may be null', async () => {
  await using database = await testDatabase()
  const columns = await database.db
    .withTables<{ 'information_schema.columns': Record<string, string> }>()
    .selectFrom('information_schema.columns')
    .select(['table_name', 'column_name', 'is_nullable'])
    .where('table_schema', '=', 'public')
    .execute()
  const stored = columns.map(
    ({ table_name, column_name, is_nullable }) =>
      `${table_name}.${column_name}${is_nullable === 'YES' ? ' or null' : ''}`,
  )
  expect(stored.length).toBeGreaterThan(100)
  expect(described().sort()).toEqual(stored.sort())
})
