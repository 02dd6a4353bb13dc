import { createPiece, PieceCategory } from '@piecework/framework'
import { logo } from '../common/logo.ts'
import { delayFor } from './actions/delay-for.ts'
import { delayUntil } from './actions/delay-until.ts'

export const delay = createPiece({
  displayName: 'Delay',
  description: 'Wait before the next step',
  logoUrl: logo('#b45309', '<path d="M6 3h12M6 21h12M7 3v4l5 5 5-5V3M7 21v-4l5-5 5 5v4"/>'),
  authors: ['piecework'],
  categories: [PieceCategory.CORE, PieceCategory.FLOW_CONTROL],
  auth: undefined,
  actions: [delayFor, delayUntil],
  triggers: [],
})
