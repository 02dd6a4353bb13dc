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

const Accents = z.record(z.string(), z.string())
/** The look of public pages, by their platform. `accents`: CSS variables that can be read, light and dark; null for the usual. */
export const PageBrand = z.object({
  name: z.string(),
  logoUrl: z.string().nullable().describe('A path on this server.'),
  accents: z.object({ light: Accents, dark: Accents }).nullable(),
})
export type PageBrand = z.infer<typeof PageBrand>

/** The data of a form page. `key` names the field in the submission. */
export const FormPage = z.object({
  id: z.string(),
  title: z.string(),
  projectId: z.string(),
  version: z.string(),
  props: z.object({
    inputs: z.array(InputSettings.extend({ key: z.string() })),
    waitForResponse: z.boolean(),
  }),
  brand: PageBrand,
})
export type FormPage = z.infer<typeof FormPage>

/** The data of a chat page. */
export const ChatPage = z.object({
  id: z.string(),
  title: z.string(),
  projectId: z.string(),
  platformLogoUrl: z.string(),
  platformName: z.string(),
  props: z.object({ botName: z.string() }),
  brand: PageBrand,
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
    summary: "Get the fields of a flow's form",
    params: Params,
    query: Query,
    response: FormPage,
  }),
  chat: endpoint({
    ...open,
    path: '/v1/human-input/chat/:flowId',
    operationId: 'humanInput.chat',
    summary: "Get the bot of a flow's chat",
    params: Params,
    query: Query,
    response: ChatPage,
  }),
}
