import { createTrigger, isMap, MarkdownVariant, Property, TriggerStrategy } from '@piecework/framework'
import { fieldKey } from '@piecework/model/piece/field-key'
import { options } from '../common/options.ts'

export const formSubmission = createTrigger({
  name: 'form_submission',
  displayName: 'Web Form',
  description: 'Starts the flow when somebody fills in its form',
  type: TriggerStrategy.WEBHOOK,
  props: {
    about: Property.MarkDown({
      value: '**Published form:**\n```text\n{{formUrl}}\n```\nShare the link with the people who should fill it in.',
      variant: MarkdownVariant.BORDERLESS,
    }),
    response: Property.MarkDown({
      value: 'To show a result, wait for the response and add a **Respond on UI** step.',
      variant: MarkdownVariant.WARNING,
    }),
    waitForResponse: Property.Checkbox({ displayName: 'Wait for Response', required: true, defaultValue: false }),
    inputs: Property.Array({
      displayName: 'Inputs',
      required: true,
      properties: {
        displayName: Property.ShortText({ displayName: 'Field Name', required: true }),
        type: Property.StaticDropdown<string, true>({
          displayName: 'Field Type',
          required: true,
          options: options({ text: 'Text', text_area: 'Text Area', file: 'File', toggle: 'Toggle' }),
        }),
        description: Property.ShortText({ displayName: 'Field Description', required: false }),
        required: Property.Checkbox({ displayName: 'Required', required: true }),
      },
    }),
  },
  sampleData: null,
  async onEnable() {},
  async onDisable() {},
  async run({ payload, propsValue }) {
    const body: Record<string, unknown> = isMap(payload.body) ? payload.body : {}
    const output: Record<string, unknown> = {}
    for (const input of propsValue.inputs.filter(isMap)) {
      const key = fieldKey(String(input.displayName))
      if (input.type === 'toggle') output[key] = toggled(String(input.displayName), body[key])
      else if (Object.hasOwn(body, key)) output[key] = body[key]
    }
    return [output]
  },
})

/** Forms send texts. @throws for what is neither on nor off. */
function toggled(name: string, value: unknown): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false' || value === undefined) return false
  throw new Error(`${name} must be true or false, received: ${JSON.stringify(value)}`)
}
