import { corePiece } from '../common/core-piece.ts'
import { addToList, removeFromList } from './actions/list.ts'
import { append, get, put, removeValue } from './actions/value.ts'

export const store = corePiece({
  displayName: 'Storage',
  description: 'Keep values between steps, runs and flows',
  logo: {
    color: '#15803d',
    drawing:
      '<ellipse cx="12" cy="5" rx="8" ry="3"/><path d="M4 5v14c0 1.7 3.6 3 8 3s8-1.3 8-3V5M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"/>',
  },
  actions: [get, put, append, removeValue, addToList, removeFromList],
})
