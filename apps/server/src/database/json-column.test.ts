import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { testDatabase } from './testing.ts'

describe.each(['PGLITE', 'POSTGRES'] as const)('JSON columns on %s', (type) => {
  test('a value that nests too deep is marked, and the rows around it are read', async () => {
    await using fixture = await testDatabase(type)
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
    const { rows } = await sql<{ id: number; a: unknown; b: unknown }>`
      select * from (values (1, '{"z":1,"a":[2]}'::json, '3'::jsonb), (2, ${deep(3000)}::json, ${deep(2500)}::jsonb),
        (3, ${deep(1500)}::json, 'null'::jsonb)) as v(id, a, b)`.execute(fixture.db)
    const marked = { unreadable: 'The value nests more than 1500 levels deep.' }
    expect(rows[0]).toEqual({ id: 1, a: { z: 1, a: [2] }, b: 3 })
    expect(rows[1]).toEqual({ id: 2, a: marked, b: marked })
    expect([rows[2]?.id, JSON.stringify(rows[2]?.a).length]).toEqual([3, 3000])
  })
})
