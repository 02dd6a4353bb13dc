import { corePiece } from '../common/core-piece.ts'
import { chatSubmission } from './chat-submission.ts'
import { formSubmission } from './form-submission.ts'
import { returnResponse } from './return-response.ts'

export const forms = corePiece({
  displayName: 'Human Input',
  description: 'Start flows from forms and chats',
  logo: {
    color: '#0369a1',
    drawing: '<rect x="4" y="3" width="16" height="18" rx="2"/><path d="M8 8h8M8 12h8M8 16h4"/>',
  },
  actions: [returnResponse],
  triggers: [formSubmission, chatSubmission],
})
