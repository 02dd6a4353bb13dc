import { type Listing, listing } from './listing.ts'
import type { CallOptions, Send } from './transport.ts'
import type { Deleted, Form, FormSubmission, Operations } from './types.ts'

export const formsOf = (send: Send) => ({
  /** Newest first. */
  list: (query: Operations['forms.list']['query'] = {}, call: CallOptions = {}): Listing<Form> =>
    listing(send, 'forms.list', { query }, call),

  get: async (id: string, call: CallOptions = {}): Promise<Form> =>
    (await send('forms.get', { params: { id } }, call)).data,

  create: async (body: Operations['forms.create']['body'], call: CallOptions = {}): Promise<Form> =>
    (await send('forms.create', { body }, call)).data,

  /** Submissions stay as they are. */
  update: async (id: string, body: Operations['forms.update']['body'], call: CallOptions = {}): Promise<Form> =>
    (await send('forms.update', { params: { id }, body }, call)).data,

  /** With its submissions. */
  delete: async (id: string, call: CallOptions = {}): Promise<Deleted> =>
    (await send('forms.remove', { params: { id } }, call)).data,

  /** @throws ValidationError whose details name the fields */
  submit: async (id: string, data: Record<string, unknown>, call: CallOptions = {}): Promise<FormSubmission> =>
    (await send('forms.submit', { params: { id }, body: { data } }, call)).data,

  /** The submissions, newest first. */
  submissions: (
    id: string,
    query: Operations['forms.submissions']['query'] = {},
    call: CallOptions = {},
  ): Listing<FormSubmission> => listing(send, 'forms.submissions', { params: { id }, query }, call),

  /** All submissions as a CSV file, newest first. */
  csv: (
    id: string,
    query: Pick<Operations['forms.submissions']['query'], 'from' | 'to' | 'spam'> = {},
    call: CallOptions = {},
  ): Promise<string> => send.file('GET /forms/{id}/submissions.csv', { params: { id }, query }, call),
})
