import { expect, test } from 'vitest'
import { csvOf } from './csv.ts'

test('no two columns have one name, whatever the fields of the form are called', async () => {
  const fields = ['id', 'e-mail', 'other'].map((name) => ({ name, type: 'text' as const, required: false }))
  const data = { id: 'A-7', 'e-mail': 'a@example.com', other: 'no', gone: 'x' }
  const row = { id: 's1', created: '2026-11-29T10:00:00.000Z', data }
  const lines: string[] = []
  for await (const part of csvOf(fields, async () => ({ data: [row], next: null, previous: null }))) lines.push(part)
  expect(lines).toEqual([
    'id,submitted_at,data.id,e-mail,data.other,other\r\n',
    's1,2026-11-29T10:00:00.000Z,A-7,a@example.com,no,"{""gone"":""x""}"\r\n',
  ])
})
