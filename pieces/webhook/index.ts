import { corePiece } from '../common/core-piece.ts'
import { returnResponse } from './actions/return-response.ts'
import { returnResponseAndWait } from './actions/return-response-and-wait.ts'
import { catchWebhook } from './triggers/catch-webhook.ts'

export const webhook = corePiece({
  displayName: 'Webhook',
  description: 'Start flows with HTTP requests and answer them',
  logo: {
    color: '#c2410c',
    drawing:
      '<circle cx="6" cy="18" r="3"/><circle cx="18" cy="18" r="3"/><circle cx="12" cy="6" r="3"/><path d="m10.5 8.6-3 6.8M13.5 8.6l3 6.8M9 18h6"/>',
  },
  actions: [returnResponse, returnResponseAndWait],
  triggers: [catchWebhook],
})
