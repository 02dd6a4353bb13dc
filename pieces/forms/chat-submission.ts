import { createTrigger, isMap, MarkdownVariant, Property, TriggerStrategy } from '@piecework/framework'

export const chatSubmission = createTrigger({
  name: 'chat_submission',
  displayName: 'Chat UI',
  description: 'Starts the flow for each message in its chat',
  type: TriggerStrategy.WEBHOOK,
  props: {
    about: Property.MarkDown({
      value: '**Published chat:**\n```text\n{{chatUrl}}\n```\nAnswer with a **Respond on UI** step.',
      variant: MarkdownVariant.BORDERLESS,
    }),
    botName: Property.ShortText({ displayName: 'Bot Name', required: true, defaultValue: 'AI Bot' }),
  },
  sampleData: { sessionId: 'Kp2mJ8', message: 'Hello', files: [] },
  async onEnable() {},
  async onDisable() {},
  async run({ payload }) {
    const body: Record<string, unknown> = isMap(payload.body) ? payload.body : {}
    const { chatId, message } = body
    if (typeof chatId !== 'string' || typeof message !== 'string') {
      throw new Error('A chat message needs the texts chatId and message.')
    }
    return [{ sessionId: chatId, message, files: filesOf(body) }]
  },
})

/** The parts `file[0]`, `files[1]` and so on, in the order of their numbers. */
function filesOf(body: Record<string, unknown>): unknown[] {
  const numbered = Object.entries(body).flatMap(([name, value]) => {
    const number = /^files?\[(\d+)\]$/.exec(name)?.[1]
    return number === undefined ? [] : [{ number: Number(number), value }]
  })
  return numbered.sort((a, b) => a.number - b.number).map(({ value }) => value)
}
