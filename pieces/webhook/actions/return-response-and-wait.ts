import { createAction, ExecutionType, Property } from '@piecework/framework'
import { answerOf, responseProps } from '../response.ts'

const RESUME_HEADER = 'x-activepieces-resume-webhook-url'

export const returnResponseAndWait = createAction({
  name: 'return_response_and_wait_for_next_webhook',
  displayName: 'Respond and Wait for Next Webhook',
  description: 'Answers the caller, and goes on when the URL in the answer is called',
  props: {
    markdown: Property.MarkDown({
      value: `The header \`${RESUME_HEADER}\` of the answer holds the URL that makes the flow go on.`,
    }),
    ...responseProps,
  },
  async run(context) {
    if (context.executionType === ExecutionType.RESUME) {
      const { body, headers, queryParams } = context.resumePayload
      return { body, headers, queryParams }
    }
    const answer = answerOf(context.propsValue.responseType, context.propsValue.fields)
    // The caller learns the URL from the answer, so the answer can only be given once the waitpoint exists.
    const waitpoint = await context.run.createWaitpoint({ type: 'WEBHOOK' })
    const nextWebhookUrl = waitpoint.buildResumeUrl({
      queryParams: { created: new Date().toISOString(), runId: context.run.id },
      sync: true,
    })
    context.run.respond({ response: { ...answer, headers: { ...answer.headers, [RESUME_HEADER]: nextWebhookUrl } } })
    context.run.waitForWaitpoint(waitpoint.id)
    return { nextWebhookUrl }
  },
})
