import type { Names } from '../names.ts'
import { property } from './text.ts'

export interface StepTemplate {
  names: Names
  /** The exported constant. */
  identifier: string
  displayName: string
  description: string
  /** The constant that `src/lib/auth.ts` exports, when there is one. */
  auth: string | undefined
}

const header = ({ names, displayName, description, auth }: StepTemplate): string =>
  [
    ...(auth === undefined ? [] : [`  auth: ${auth},`]),
    `  name: '${names.snake}',`,
    property('displayName', displayName),
    property('description', description),
  ].join('\n')

const authImport = ({ auth }: StepTemplate): string =>
  auth === undefined ? '' : `import { ${auth} } from '../auth.ts'\n`

/** An action that answers with its input. */
export const actionSource = (
  step: StepTemplate,
): string => `import { createAction, Property } from '@piecework/framework'
${authImport(step)}
export const ${step.identifier} = createAction({
${header(step)}
  props: {
    text: Property.ShortText({ displayName: 'Text', required: true }),
  },
  async run({ propsValue }) {
    return { text: propsValue.text }
  },
})
`

/** A trigger that polls. */
export const pollingSource = (step: StepTemplate): string => `import {
${step.auth === undefined ? '' : '  type AppConnectionValueForAuthProperty,\n'}  createTrigger,
  DedupeStrategy,
  httpClient,
  type Polling,
  Property,
  pollingHelper,
  TriggerStrategy,
} from '@piecework/framework'
${authImport(step)}
${step.auth === undefined ? '' : `type Auth = AppConnectionValueForAuthProperty<typeof ${step.auth}>\n\n`}interface Item {
  /** Its creation time. */
  createdAt: string
}

const polling: Polling<${step.auth === undefined ? 'undefined' : 'Auth'}, { url: string }> = {
  strategy: DedupeStrategy.TIMEBASED,
  async items({ propsValue }) {
    const { body } = await httpClient.sendRequest<Item[]>({ method: 'GET', url: propsValue.url })
    return body.map((item) => ({ epochMilliSeconds: Date.parse(item.createdAt), data: item }))
  },
}

export const ${step.identifier} = createTrigger({
${header(step)}
  props: {
    url: Property.ShortText({ displayName: 'URL', description: 'Answers with a list of items.', required: true }),
  },
  sampleData: { createdAt: '2026-01-01T00:00:00.000Z' },
  type: TriggerStrategy.POLLING,
  test: (context) => pollingHelper.test(polling, context),
  onEnable: (context) => pollingHelper.onEnable(polling, context),
  onDisable: (context) => pollingHelper.onDisable(polling, context),
  run: (context) => pollingHelper.poll(polling, context),
})
`

/** A trigger that gets webhook calls. */
export const webhookSource = (
  step: StepTemplate,
): string => `import { createTrigger, TriggerStrategy } from '@piecework/framework'
${authImport(step)}
export const ${step.identifier} = createTrigger({
${header(step)}
  props: {},
  sampleData: {},
  type: TriggerStrategy.WEBHOOK,
  async onEnable() {
    // Register context.webhookUrl with the service, and store the id that it returns in context.store.
  },
  async onDisable() {
    // Remove the registration of onEnable.
  },
  async run(context) {
    return [context.payload.body]
  },
})
`
