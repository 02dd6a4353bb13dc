import { createPiece, PieceCategory } from '@piecework/framework'
import { logo } from '../common/logo.ts'
import { parseUrl } from './actions/parse-url.ts'
import { sendRequest } from './actions/send-request.ts'

export const http = createPiece({
  displayName: 'HTTP',
  description: 'Send HTTP requests',
  logoUrl: logo(
    '#0369a1',
    '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18"/>',
  ),
  authors: ['piecework'],
  categories: [PieceCategory.CORE],
  auth: undefined,
  actions: [sendRequest, parseUrl],
  triggers: [],
})
