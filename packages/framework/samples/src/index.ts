import { createPiece } from '@activepieces/pieces-framework'
import { PieceCategory } from '@activepieces/shared'
import { useContext } from './actions/context'
import { everyProperty } from './actions/every-property'
import { respond, stop, waitForCall, waitForTime } from './actions/flow-control'
import { customApiCall, search, whoAmI } from './actions/http'
import { keyAuth, loginAuth, oauthAuth, serverAuth } from './auth'
import { newByItem, newByTime } from './triggers/polling'
import { appEvent, called } from './triggers/webhook'

/** A piece that uses everything that the SDK documents, by the imports that published pieces have. */
export const sample = createPiece({
  displayName: 'Sample',
  description: 'Has a bit of everything',
  logoUrl: 'https://example.com/logo.png',
  authors: ['ada'],
  categories: [PieceCategory.DEVELOPER_TOOLS],
  minimumSupportedRelease: '0.82.0',
  maximumSupportedRelease: '9.99.99',
  auth: [keyAuth, loginAuth, serverAuth, oauthAuth],
  events: {
    parseAndReply: ({ payload, server }) => ({
      event: 'created',
      identifierValue: payload.headers['x-team'] ?? server.publicUrl,
      reply: { headers: {}, body: 'ok' },
    }),
    verify: ({ payload, webhookSecret, appWebhookUrl }) =>
      payload.headers['x-secret'] === webhookSecret && appWebhookUrl !== '',
  },
  actions: [everyProperty, useContext, stop, respond, waitForCall, waitForTime, search, whoAmI, customApiCall],
  triggers: [newByTime, newByItem, called, appEvent],
})
