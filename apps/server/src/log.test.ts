import { expect, test } from 'vitest'
import { createLog } from './log.ts'

const lines: string[] = []
const log = createLog({ logLevel: 'debug', logPretty: false }, { write: (line) => lines.push(line) })

test('no secret gets into the log, however deep it is, in whatever text it is quoted', () => {
  lines.length = 0
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyZXQifQ.c2VjcmV0c2VjcmV0'
  const error = Object.assign(new Error('the app answered 401 to https://app.example/x?api_key=s3cret&page=2'), {
    config: {
      headers: { Authorization: 'Bearer s3cret-token-1', 'X-Api-Key': 's3cret' },
      auth: { password: 's3cret' },
    },
    response: { data: { nested: { refresh_token: 's3cret', clientSecret: 's3cret "quoted" s3cret' } } },
  })
  log.warn({ err: error, runId: 'run-1' }, 'a trigger failed')
  log.info({ headers: { cookie: 's3cret', authorization: 's3cret' }, connection: { value: { secret_text: 's3cret' } } })
  log.error(new Error(`request failed: {"password":"s3cret","user":"ada"} with Basic czNjcmV0OnMzY3JldA== and ${jwt}`))
  log.warn('connect to postgres://ada:s3cret@db.example:5432/app with sk-s3crets3crets3crets3cret failed')
  const text = lines.join('')
  expect(text).not.toMatch(/s3cret|czNjcmV0|eyJzdWIi/)
  for (const kept of ['run-1', 'a trigger failed', 'page=2', 'ada', 'db.example:5432', 'app.example/x', '401'])
    expect(text).toContain(kept)
  for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow()
})

test('what only sounds like one stays', () => {
  lines.length = 0
  log.info({ tokensUsed: 12, keys: ['a'], projectId: 'p', monkey: 'banana' }, 'the key word of the day; basic things')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ tokensUsed: 12, keys: ['a'], monkey: 'banana', projectId: 'p' })
  expect(lines[0]).toContain('the key word of the day; basic things')
})
