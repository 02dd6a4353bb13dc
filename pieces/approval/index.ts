import { createAction, ExecutionType, PieceCategory, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'
import { errorHandlingHidden } from '../common/error-handling.ts'

const createApprovalLinks = createAction({
  name: 'create_approval_links',
  actsOutside: false,
  displayName: 'Create Approval Links',
  description: 'Makes a link that approves and one that disapproves; the flow goes on',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    info: Property.MarkDown({
      value: 'Send the links to the person who decides, then add a **Wait for Approval** step.',
    }),
  },
  async run({ run }) {
    const waitpoint = await run.createWaitpoint({ type: 'WEBHOOK' })
    return {
      approvalLink: waitpoint.buildResumeUrl({ queryParams: { action: 'approve' } }),
      disapprovalLink: waitpoint.buildResumeUrl({ queryParams: { action: 'disapprove' } }),
    }
  },
})

const waitForApproval = createAction({
  name: 'wait_for_approval',
  actsOutside: false,
  displayName: 'Wait for Approval',
  description: 'Pauses the flow until one of its approval links is opened',
  errorHandlingOptions: errorHandlingHidden,
  props: {},
  async run(context) {
    if (context.executionType === ExecutionType.RESUME) {
      return { approved: context.resumePayload.queryParams.action === 'approve' }
    }
    const waitpoint = await context.run.createWaitpoint({ type: 'WEBHOOK' })
    context.run.waitForWaitpoint(waitpoint.id)
    return { approved: true }
  },
  /** Nobody decides about a test. */
  test: async () => ({ approved: true }),
})

export const approval = corePiece({
  displayName: 'Approval (Legacy)',
  description: 'Let people approve or disapprove',
  categories: [PieceCategory.FLOW_CONTROL],
  logo: { color: '#15803d', drawing: '<circle cx="12" cy="12" r="9"/><path d="m8 12 3 3 5-6"/>' },
  actions: [createApprovalLinks, waitForApproval],
})
