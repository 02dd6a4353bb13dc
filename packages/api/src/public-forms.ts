import { FormField } from '@piecework/model/forms/form-field'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { PageBrand } from './human-input.ts'

/** The data of the page of a form. A closed one shows its name alone. */
export const PublicForm = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  fields: z.array(FormField),
  isOpen: z.boolean(),
  /** Goes back with the submission, and says when the page was opened. */
  token: z.string(),
  brand: PageBrand,
})
export type PublicForm = z.infer<typeof PublicForm>

export const PublicSubmission = z.object({
  data: z.record(z.string(), z.unknown()),
  token: z.string().max(2000).default(''),
  /** The content of a field that no person sees. */
  homepage: z.string().max(10_000).default(''),
})
export type PublicSubmission = z.output<typeof PublicSubmission>

/** The text that the page shows, or the address that it goes to. */
export const SubmissionTaken = z.object({ thanks: z.string(), redirectUrl: z.string().nullable() })
export type SubmissionTaken = z.infer<typeof SubmissionTaken>

const Params = z.object({ id: z.string().min(1).max(200) })
const open = { principals: 'public', permission: 'NONE', project: null } as const

export const publicForms = {
  get: endpoint({
    ...open,
    method: 'GET',
    path: '/v1/public-forms/:id',
    operationId: 'publicForms.get',
    summary: 'Get the fields of the page of a form',
    params: Params,
    response: PublicForm,
  }),
  submit: endpoint({
    ...open,
    method: 'POST',
    path: '/v1/public-forms/:id/submissions',
    operationId: 'publicForms.submit',
    summary: 'Submit the page of a form; what looks like spam is answered like the rest, and starts nothing',
    limit: 'form',
    status: 201,
    params: Params,
    body: PublicSubmission,
    response: SubmissionTaken,
  }),
}
