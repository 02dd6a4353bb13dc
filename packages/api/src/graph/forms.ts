import { FormField } from '@piecework/model/forms/form-field'
import { webUrl } from '@piecework/model/text/web-url'
import { z } from 'zod'
import { queryFlag, Time } from '../shapes.ts'
import { graphEndpoint } from './endpoint.ts'
import { Deleted, IdParam, pageFields, wholeText } from './shapes.ts'

const Fields = z
  .array(FormField)
  .min(1)
  .max(200)
  .refine((fields) => new Set(fields.map(({ name }) => name)).size === fields.length, 'must have names that differ')
  .superRefine((fields, context) => {
    for (const [index, field] of fields.entries())
      for (const [key, message] of uselessParts(field))
        context.addIssue({ code: 'custom', path: [index, key], message })
  })

/** Finds parts that nobody can answer, and parts without effect. */
function uselessParts({ type, options = [], min, max }: FormField): [key: string, message: string][] {
  const found: [string, string][] = []
  if (new Set(options).size < options.length) found.push(['options', 'must differ from each other'])
  if (type === 'multiselect' && (min ?? 0) > options.length)
    found.push(['min', 'must not be more than there are options'])
  for (const [key, limit] of Object.entries({ min, max })) {
    if (limit === undefined || type === 'number') continue
    if (LIMITLESS.has(type)) found.push([key, `is for a number, a text or a multiselect, and not for a ${type}`])
    else if (!Number.isInteger(limit) || limit < 0) found.push([key, 'must be a whole number of at least 0'])
  }
  return found
}

const LIMITLESS: ReadonlySet<string> = new Set(['checkbox', 'date', 'file', 'select'])

const FormStatus = z.enum(['open', 'closed'])

export const Form = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  fields: z.array(FormField),
  /** A closed form takes no answers. */
  status: FormStatus,
  /** The text of its page after a submission; empty for words of the server. */
  thanks: z.string(),
  /** The address that its page goes to after a submission. */
  redirect_url: z.string().nullable(),
  /** Its page, for anybody who has the link. */
  url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type Form = z.infer<typeof Form>

const given = {
  name: wholeText(z.string().trim().min(1).max(255)),
  description: wholeText(z.string().max(10_000)),
  fields: Fields,
  status: FormStatus,
  thanks: wholeText(z.string().max(10_000)),
  redirect_url: webUrl(/^https$/)
    .max(2000)
    .nullable(),
}
export const NewForm = z.object({
  ...given,
  description: given.description.default(''),
  status: given.status.default('open'),
  thanks: given.thanks.default(''),
  redirect_url: given.redirect_url.default(null),
})
export const FormChanges = z.object(given).partial()

export const FormSubmission = z.object({
  id: z.string(),
  form_id: z.string(),
  data: z.record(z.string(), z.unknown()),
  /** Its origin: `type`, the address and the program. */
  source: z.record(z.string(), z.unknown()),
  /** It looks as if no person had filled the page in; it has started nothing. */
  is_spam: z.boolean(),
  submitted_at: z.string(),
})
export type FormSubmission = z.infer<typeof FormSubmission>

const submissionFilter = {
  from: Time.optional(),
  to: Time.optional(),
  spam: queryFlag.default(false).describe('Those that look like spam, instead of the others.'),
}

export const graphForms = {
  list: graphEndpoint({
    method: 'GET',
    path: '/forms',
    operationId: 'forms.list',
    summary: 'List forms, newest first',
    scope: 'read',
    query: z.object({ ...pageFields, search: z.string().max(1000).optional().describe('A part of the name.') }),
    response: Form,
    isList: true,
  }),
  create: graphEndpoint({
    method: 'POST',
    path: '/forms',
    operationId: 'forms.create',
    summary: 'Create a form',
    scope: 'write',
    status: 201,
    body: NewForm,
    response: Form,
  }),
  get: graphEndpoint({
    method: 'GET',
    path: '/forms/:id',
    operationId: 'forms.get',
    summary: 'Get a form',
    scope: 'read',
    params: IdParam,
    response: Form,
  }),
  update: graphEndpoint({
    method: 'PATCH',
    path: '/forms/:id',
    operationId: 'forms.update',
    summary: 'Change a form; what was submitted stays as it is',
    scope: 'write',
    params: IdParam,
    body: FormChanges,
    response: Form,
  }),
  remove: graphEndpoint({
    method: 'DELETE',
    path: '/forms/:id',
    operationId: 'forms.remove',
    summary: 'Delete a form with its submissions',
    scope: 'write',
    params: IdParam,
    response: Deleted,
  }),
  submit: graphEndpoint({
    method: 'POST',
    path: '/forms/:id/submissions',
    operationId: 'forms.submit',
    summary: 'Submit a form; workflows whose trigger is this form start',
    scope: 'write',
    status: 201,
    params: IdParam,
    body: z.object({ data: z.record(z.string(), z.unknown()) }),
    response: FormSubmission,
  }),
  submissions: graphEndpoint({
    method: 'GET',
    path: '/forms/:id/submissions',
    operationId: 'forms.submissions',
    summary: 'List what was submitted, newest first',
    scope: 'read',
    params: IdParam,
    query: z.object({ ...pageFields, ...submissionFilter }),
    response: FormSubmission,
    isList: true,
  }),
  exportSubmissions: graphEndpoint({
    method: 'GET',
    path: '/forms/:id/submissions.csv',
    operationId: 'forms.exportSubmissions',
    summary: 'Export what was submitted as CSV, newest first, a column for each field of the form',
    scope: 'read',
    params: IdParam,
    query: z.object(submissionFilter),
    response: z.string(),
    sends: 'csv',
  }),
}
