import { createPiece, PieceCategory } from '@piecework/framework'
import { logo } from '../common/logo.ts'
import { copyEmail, deleteEmail, markEmailRead, moveEmail } from './actions.ts'
import { imapAuth } from './connection.ts'
import { newEmail } from './new-email.ts'

export const imap = createPiece({
  displayName: 'IMAP',
  description: 'Receive and sort emails of any mail server',
  logoUrl: logo('#831843', '<path d="M4 13h4l2 3h4l2-3h4M4 13l3-8h10l3 8v6H4z"/>'),
  authors: ['piecework'],
  categories: [PieceCategory.COMMUNICATION],
  auth: imapAuth,
  actions: [markEmailRead, copyEmail, moveEmail, deleteEmail],
  triggers: [newEmail],
})
