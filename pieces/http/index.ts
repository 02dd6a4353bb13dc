import { corePiece } from '../common/core-piece.ts'
import { parseUrl } from './actions/parse-url.ts'
import { sendRequest } from './actions/send-request.ts'

export const http = corePiece({
  displayName: 'HTTP',
  description: 'Send HTTP requests',
  logo: {
    color: '#0369a1',
    drawing: '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18"/>',
  },
  actions: [sendRequest, parseUrl],
})
