import { createTrigger, MarkdownVariant, Property, TriggerStrategy } from '@piecework/framework'
import { options } from '../../common/options.ts'
import { authenticate } from '../authenticate.ts'

const live = `**Live URL:**
\`\`\`text
{{webhookUrl}}
\`\`\`
Calls to it run the published flow and leave sample data.
`
const sync = `**Synchronous calls:**

Add \`/sync\` to the URL to wait for the flow's answer. A call that outlives the time limit gets 408.

Answer with a **Return Response** step of this piece.
`
const test = `**Test URL:**

Add \`/test\` to the URL to leave sample data without running the flow.
`

export const catchWebhook = createTrigger({
  name: 'catch_webhook',
  passesThrough: true,
  displayName: 'Catch Webhook',
  description: 'Starts the flow when its URL is called, with any HTTP method',
  type: TriggerStrategy.WEBHOOK,
  props: {
    liveMarkdown: Property.MarkDown({ value: live, variant: MarkdownVariant.BORDERLESS }),
    syncMarkdown: Property.MarkDown({ value: sync }),
    testMarkdown: Property.MarkDown({ value: test }),
    authType: Property.StaticDropdown({
      displayName: 'Authentication',
      required: true,
      defaultValue: 'none',
      options: options({
        none: 'None',
        basic: 'Basic Auth',
        header: 'Header Auth',
        hmac: 'HMAC Signature',
      }),
    }),
    authFields: Property.DynamicProperties({
      displayName: 'Authentication Fields',
      required: false,
      refreshers: ['authType'],
      async props({ authType }) {
        if (authType === 'basic') return basicFields
        if (authType === 'header') return headerFields
        return authType === 'hmac' ? hmacFields : {}
      },
    }),
  },
  sampleData: null,
  async onEnable() {},
  async onDisable() {},
  /** Calls that fail authentication start nothing; the route has answered them with 401 already. */
  async run({ payload, propsValue }) {
    const allowed = authenticate(propsValue.authType, propsValue.authFields, {
      headers: payload.headers,
      rawBody: payload.rawBody,
    })
    return allowed ? [payload] : []
  },
})

const basicFields = {
  username: Property.ShortText({ displayName: 'Username', required: true }),
  password: Property.ShortText({ displayName: 'Password', required: true }),
}

const headerFields = {
  headerName: Property.ShortText({ displayName: 'Header Name', required: true }),
  headerValue: Property.ShortText({ displayName: 'Header Value', required: true }),
}

const hmacFields = {
  hmacHeaderName: Property.ShortText({
    displayName: 'Signature Header',
    description: 'The header that carries the signature',
    required: true,
    defaultValue: 'x-signature',
  }),
  hmacSecret: Property.ShortText({ displayName: 'Secret', required: true }),
  hmacAlgorithm: Property.StaticDropdown({
    displayName: 'Algorithm',
    required: true,
    defaultValue: 'sha256',
    options: options({ sha256: 'SHA-256', sha1: 'SHA-1', sha512: 'SHA-512' }),
  }),
  hmacEncoding: Property.StaticDropdown({
    displayName: 'Encoding',
    required: true,
    defaultValue: 'hex',
    options: options({ hex: 'Hex', base64: 'Base64' }),
  }),
  hmacSignaturePrefix: Property.ShortText({
    displayName: 'Signature Prefix',
    description: 'Text before the signature in the header, for example sha256=',
    required: false,
    defaultValue: '',
  }),
}
