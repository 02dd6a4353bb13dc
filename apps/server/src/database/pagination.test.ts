import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from './open.ts'
import { type OrderColumn, paginate } from './pagination.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let fixture: TestDatabase
let db: Db
beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
  db = fixture.db
})
afterAll(() => fixture[Symbol.asyncDispose]())

const ORDER: readonly OrderColumn[] = [
  { ref: 'provider', key: 'provider', direction: 'desc', kind: 'text' },
  { ref: 'created', key: 'created', direction: 'asc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

async function insertPeople(count: number): Promise<string[]> {
  const moments = ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.679Z']
  const rows = Array.from({ length: count }, (_, index) => {
    const id = newId()
    return {
      id,
      email: id,
      password: '',
      firstName: 'A',
      lastName: 'B',
      provider: index % 3 === 0 ? 'SAML' : 'EMAIL',
      created: moments[index % 2] ?? '',
    }
  })
  await db.insertInto('user_identity').values(rows).execute()
  return rows.map((row) => row.id)
}

const page = (cursor: string | undefined, limit: number) =>
  paginate(db.selectFrom('user_identity').select(['id', 'provider', 'created']), ORDER, { cursor, limit })

test('walking forwards and back gives every row once, in order, though rows share timestamps', async () => {
  const ids = await insertPeople(23)
  const whole = await page(undefined, 100)
  const order = whole.data.map((row) => row.id)
  expect(new Set(order)).toEqual(new Set(ids))
  expect(whole).toMatchObject({ next: null, previous: null })

  const forwards: string[] = []
  let cursor: string | null = null
  let previous: string | null = null
  do {
    const current = await page(cursor ?? undefined, 4)
    forwards.push(...current.data.map((row) => row.id))
    cursor = current.next
    previous = current.previous
  } while (cursor)
  expect(forwards).toEqual(order)

  const backwards: string[] = []
  while (previous) {
    const current = await page(previous, 4)
    backwards.unshift(...current.data.map((row) => row.id))
    expect(current.next).not.toBeNull()
    previous = current.previous
  }
  expect(backwards).toEqual(order.slice(0, 20))
})

test.each([
  'nonsense',
  '',
  Buffer.from('next_').toString('base64'),
  Buffer.from(`next_${Buffer.from('{"id":"a"}').toString('base64')}`).toString('base64'),
  Buffer.from(`next_${Buffer.from('{"provider":"x","created":"not a time","id":"a"}').toString('base64')}`).toString(
    'base64',
  ),
  Buffer.from(
    `prev_${Buffer.from('{"provider":"\\u0000","created":"2026-01-02T03:04:05.678Z","id":"a"}').toString('base64')}`,
  ).toString('base64'),
])('a cursor of another list or no cursor at all is refused: %s', async (cursor) => {
  await expect(page(cursor, 4)).rejects.toMatchObject({ code: 'INVALID_CURSOR', statusCode: 400 })
})
