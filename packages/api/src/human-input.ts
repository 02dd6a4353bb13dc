import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { queryFlag } from './shapes.ts'

const Text = z.string().catch('')
export const Flag = z.union([z.boolean(), z.literal('true').transform(() => true)]).catch(false)

export const InputSettings = z.object({
  displayName: Text,
  required: Flag,
  description: Text,
  type: z.enum(['text', 'text_area', 'file', 'toggle']).catch('text'),
})

/** What a form page shows (spec: facts/rest-api.md section 11). `key` names the field in the submission. */
export const FormPage = z.object({
  id: z.string(),
  title: z.string(),
  projectId: z.string(),
  version: z.string(),
  props: z.object({
    inputs: z.array(InputSettings.extend({ key: z.string() })),
    waitForResponse: z.boolean(),
  }),
})
export type FormPage = z.infer<typeof FormPage>

/** What a chat page shows. */
export const ChatPage = z.object({
  id: z.string(),
  title: z.string(),
  projectId: z.string(),
  platformLogoUrl: z.string(),
  platformName: z.string(),
  props: z.object({ botName: z.string() }),
})
export type ChatPage = z.infer<typeof ChatPage>

const Params = z.object({ flowId: z.string() })
const Query = z.object({ useDraft: queryFlag.optional() })

const open = { method: 'GET', principals: 'public', permission: 'NONE', project: null } as const

export const humanInput = {
  form: endpoint({
    ...open,
    path: '/v1/human-input/form/:flowId',
    operationId: 'humanInput.form',
    summary: 'What the form of a flow asks for',
    params: Params,
    query: Query,
    response: FormPage,
  }),
  chat: endpoint({
    ...open,
    path: '/v1/human-input/chat/:flowId',
    operationId: 'humanInput.chat',
    summary: 'Who answers in the chat of a flow',
    params: Params,
    query: Query,
    response: ChatPage,
  }),
}
