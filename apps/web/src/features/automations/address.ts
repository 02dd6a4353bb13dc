import type { FlowOverview } from '../../api/flows.ts'

/** The address at which a flow is called or its form filled in; the page of the flow when nobody calls it. */
export function addressOf({ id, trigger }: Pick<FlowOverview, 'id' | 'trigger'>, origin: string): string {
  switch (trigger.pieceName) {
    case '@activepieces/piece-webhook':
      return `${origin}/api/v1/webhooks/${id}`
    case '@activepieces/piece-forms':
      return `${origin}/${trigger.triggerName === 'chat_submission' ? 'chats' : 'forms'}/${id}`
    default:
      return `${origin}/flows/${id}`
  }
}
