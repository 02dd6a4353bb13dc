import { notFound } from '@piecework/model/errors'
import { expect, test } from 'vitest'
import { inEnvelope } from './envelope.ts'

test.each([
  ['flow', 'Workflow'],
  ['flow_version', 'Workflow'],
  ['flow_run', 'Execution'],
  ['app_connection', 'Credential'],
  ['event_destination', 'Webhook'],
  ['event_delivery', 'Delivery'],
  ['form', 'Form'],
  ['piece', 'Piece'],
  ['project', 'Project'],
  ['project_role', 'Project role'],
])('%s that is not found is called %s', (entityType, words) => {
  const { statusCode, code, params } = notFound(entityType, 'id')
  expect(inEnvelope({ statusCode, code, params })).toEqual({
    status: 404,
    body: {
      success: false,
      error: {
        code: 'NOT_FOUND',
        message: `${words} not found`,
        details: { entity_type: words.toLowerCase().replace(' ', '_'), entity_id: 'id' },
      },
    },
  })
})
