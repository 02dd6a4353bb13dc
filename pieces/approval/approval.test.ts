import { createMockActionContext } from '@piecework/framework'
import { expect, it } from 'vitest'
import { runRecorded } from '../common/run-action.ts'
import { approval } from './index.ts'

it('makes links that say what they decide, without pausing', async () => {
  const { output, recorded } = await runRecorded(approval, 'create_approval_links', {})
  expect(output).toEqual({
    approvalLink: expect.stringMatching(/waitpoint1\?action=approve$/),
    disapprovalLink: expect.stringMatching(/waitpoint1\?action=disapprove$/),
  })
  expect(recorded).toMatchObject({ waitpoints: [{ type: 'WEBHOOK' }], waitingFor: [] })
})

it('pauses, and goes on with the decision', async () => {
  const { output, recorded } = await runRecorded(approval, 'wait_for_approval', {})
  expect(output).toEqual({ approved: true })
  expect(recorded.waitingFor).toEqual(['waitpoint1'])
  const decide = (action: string) =>
    approval
      .getAction('wait_for_approval')
      ?.run(createMockActionContext({ propsValue: {}, resumePayload: { queryParams: { action } } }))
  expect(await decide('approve')).toEqual({ approved: true })
  expect(await decide('disapprove')).toEqual({ approved: false })
})
