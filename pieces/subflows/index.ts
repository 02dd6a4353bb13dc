import { PieceCategory } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { callFlow } from './call-flow.ts'
import { callableFlow } from './callable-flow.ts'
import { returnResponse } from './return-response.ts'

export const subflows = corePiece({
  displayName: 'Sub Flows',
  description: 'Call flows from flows',
  categories: [PieceCategory.FLOW_CONTROL],
  logo: {
    color: '#5b21b6',
    drawing:
      '<circle cx="6" cy="6" r="3"/><circle cx="18" cy="12" r="3"/><circle cx="6" cy="18" r="3"/><path d="M9 6h2a4 4 0 0 1 4 4M9 18h2a4 4 0 0 0 4-4"/>',
  },
  actions: [callFlow, returnResponse],
  triggers: [callableFlow],
})
