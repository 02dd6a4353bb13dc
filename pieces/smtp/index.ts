import { createPiece, PieceCategory } from '@piecework/framework'
import { logo } from '../common/logo.ts'
import { smtpAuth } from './connection.ts'
import { sendEmail } from './send-email.ts'

export const smtp = createPiece({
  displayName: 'SMTP',
  description: 'Send emails through any mail server',
  logoUrl: logo('#7f1d1d', '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3 7 9 6 9-6"/>'),
  authors: ['piecework'],
  categories: [PieceCategory.CORE],
  auth: smtpAuth,
  actions: [sendEmail],
  triggers: [],
})
