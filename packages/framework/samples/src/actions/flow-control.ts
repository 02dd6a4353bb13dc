import { createAction, PieceAuth, Property } from '@activepieces/pieces-framework'
import { ExecutionType, type RespondResponse } from '@activepieces/shared'

const about = { auth: PieceAuth.None(), description: '', requireAuth: false }

export const stop = createAction({
  ...about,
  name: 'stop',
  displayName: 'Stop',
  props: {
    status: Property.Number({ displayName: 'Status', required: false }),
    headers: Property.Object({ displayName: 'Headers', required: false }),
  },
  async run(context) {
    const response: RespondResponse = {
      status: context.propsValue.status ?? 200,
      body: { stopped: true },
      headers: (context.propsValue.headers as Record<string, string>) ?? {},
    }
    context.run.stop({ response })
  },
})

export const respond = createAction({
  ...about,
  name: 'respond',
  displayName: 'Respond',
  props: {},
  async run({ run }) {
    run.respond({ response: { status: 202, body: 'later', headers: {} } })
    run.stop()
  },
})

export const waitForCall = createAction({
  ...about,
  name: 'wait_for_call',
  displayName: 'Wait for a call',
  props: {},
  async run(context) {
    if (context.executionType === ExecutionType.BEGIN) {
      const waitpoint = await context.run.createWaitpoint({
        type: 'WEBHOOK',
        responseToSend: { status: 200, headers: {}, body: { accepted: true } },
      })
      const next = waitpoint.buildResumeUrl({ queryParams: { run: context.run.id }, sync: true })
      context.run.waitForWaitpoint(waitpoint.id)
      return { next, plain: waitpoint.resumeUrl }
    }
    return {
      body: context.resumePayload.body,
      headers: context.resumePayload.headers,
      approved: context.resumePayload.queryParams.action === 'approve',
    }
  },
})

export const waitForTime = createAction({
  ...about,
  name: 'wait_for_time',
  displayName: 'Wait for a time',
  props: {},
  async run(ctx) {
    if (ctx.executionType === ExecutionType.RESUME) return { success: true }
    const waitpoint = await ctx.run.createWaitpoint({
      type: 'DELAY',
      resumeDateTime: new Date(Date.now() + 50).toUTCString(),
    })
    ctx.run.waitForWaitpoint(waitpoint.id)
    return {}
  },
})
