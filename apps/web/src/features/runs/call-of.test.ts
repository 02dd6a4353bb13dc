import { expect, test } from 'vitest'
import { curlOf } from '../../app/curl.ts'
import { callOf } from './call-of.ts'

test('the call of a webhook can be made once more in a terminal', () => {
  const headers = { host: 'x', 'content-type': 'application/json', 'content-length': '9', 'x-forwarded-for': '::1' }
  const payload = { method: 'POST', headers, queryParams: { a: '1' }, body: { id: 1 } }
  const call = callOf(payload, 'https://flows.example.com/api/v1/webhooks/f')
  expect(call && curlOf(call)).toBe(
    `curl -X POST 'https://flows.example.com/api/v1/webhooks/f?a=1' \\\n  -H 'content-type: application/json' \\\n  -d '{"id":1}'`,
  )
  expect(callOf({ tick: 1 }, 'x')).toBeUndefined()
})
