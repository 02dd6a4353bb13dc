import { PieceCategory } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { delayFor } from './actions/delay-for.ts'
import { delayUntil } from './actions/delay-until.ts'

export const delay = corePiece({
  displayName: 'Delay',
  description: 'Wait before the next step',
  logo: {
    color: '#b45309',
    drawing: '<path d="M6 3h12M6 21h12M7 3v4l5 5 5-5V3M7 21v-4l5-5 5 5v4"/>',
  },
  categories: [PieceCategory.FLOW_CONTROL],
  actions: [delayFor, delayUntil],
})
