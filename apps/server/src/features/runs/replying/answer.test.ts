import { expect, test } from 'vitest'
import { answerOf } from './answer.ts'

test('a run that the server could not carry out is a fault of the server, and any other end without an answer is none', () => {
  expect(answerOf({ kind: 'ENDED', status: 'INTERNAL_ERROR' }, 1000)).toMatchObject({
    status: 500,
    headers: { 'x-run-status': 'INTERNAL_ERROR' },
    body: { statusCode: 500, code: 'INTERNAL_SERVER_ERROR' },
  })
  expect(answerOf({ kind: 'ENDED', status: 'TIMEOUT' }, 1000)).toMatchObject({
    status: 204,
    headers: { 'x-run-status': 'TIMEOUT' },
  })
  expect(() => answerOf({ kind: 'TIMEOUT' }, 1000)).toThrow(
    'within 1 seconds (AP_WEBHOOK_TIMEOUT_SECONDS); the run continues',
  )
  expect(() => answerOf({ kind: 'STOPPED' }, 1000)).toThrow(
    'The server stops before the flow has answered; the run continues',
  )
})
