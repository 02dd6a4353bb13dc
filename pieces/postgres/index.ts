import { createPiece, PieceCategory } from '@piecework/framework'
import { logo } from '../common/logo.ts'
import { runQuery } from './actions.ts'
import { postgresAuth } from './connection.ts'
import { newRow } from './new-row.ts'

export const postgres = createPiece({
  displayName: 'Postgres',
  description: 'Query PostgreSQL databases and watch their tables',
  logoUrl: logo(
    '#336791',
    '<ellipse cx="12" cy="5" rx="8" ry="3"/><path d="M4 5v14c0 1.7 3.6 3 8 3s8-1.3 8-3V5M8 12v5M8 12h3a2 2 0 0 1 0 4H8"/>',
  ),
  authors: ['piecework'],
  categories: [PieceCategory.DEVELOPER_TOOLS],
  auth: postgresAuth,
  actions: [runQuery],
  triggers: [newRow],
})
