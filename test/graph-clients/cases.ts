import { expect } from 'vitest'

/** A call that both clients make, in the same words. `$name.field` is a field of what an earlier call saved. */
export interface Case {
  call: string
  args?: unknown[]
  /** The last argument in TypeScript, those with names in Python. */
  options?: Record<string, unknown>
  /** All items of a list, or its first page. */
  take?: 'all' | 'page'
  save?: string
  gives: unknown
}

const nodes = [
  { id: 'start', type: 'trigger', data: {}, position: { x: 1, y: 2 } },
  {
    id: 'double',
    type: 'code',
    data: { code: 'export const code = async ({ n }) => n * 2', input: { n: '{{trigger.n}}' } },
  },
]
const edges = [{ id: 'e', source: 'start', target: 'double' }]
const wait = [
  { id: 'start', type: 'trigger' },
  { id: 'wait', type: 'delay', data: { minutes: 60 } },
]
const waits = [{ id: 'e', source: 'start', target: 'wait' }]
const failure = (name: string, code: string | null, details: unknown = expect.anything()) => ({
  error: { name, code, details },
})
const value = (what: unknown) => ({ value: what })
const some = (what: object) => value(expect.objectContaining(what))
const everySome = (...what: object[]) => value(what.map((one) => expect.objectContaining(one)))
const NOT_FOUND = failure('NotFoundError', 'NOT_FOUND')

export const CASES: readonly Case[] = [
  // Workflows.
  { call: 'workflows.list', take: 'page', gives: value([]) },
  {
    call: 'workflows.create',
    options: { name: 'Doubles', description: 'd', nodes, edges, variables: { x: 1 } },
    save: 'w',
    gives: some({ name: 'Doubles', status: 'draft', variables: { x: 1 }, nodes: expect.arrayContaining([nodes[0]]) }),
  },
  { call: 'workflows.get', args: ['$w.id'], gives: some({ name: 'Doubles', description: 'd', edges }) },
  {
    call: 'workflows.execute',
    args: ['$w.id'],
    options: { input: { n: 1 } },
    gives: failure('ValidationError', 'VALIDATION_ERROR', expect.objectContaining({ fields: expect.anything() })),
  },
  { call: 'workflows.update', args: ['$w.id'], options: { status: 'published' }, gives: some({ status: 'published' }) },
  {
    call: 'workflows.create',
    options: { name: 'Ring', nodes, edges: [...edges, { id: 'back', source: 'double', target: 'double' }] },
    gives: failure(
      'ValidationError',
      'VALIDATION_ERROR',
      expect.objectContaining({ nodes: expect.arrayContaining(['double']) }),
    ),
  },
  {
    call: 'workflows.create',
    options: { name: 'Waits', nodes: wait, edges: waits, status: 'published' },
    save: 'p',
    gives: some({ status: 'published' }),
  },
  { call: 'workflows.list', options: { limit: 1 }, take: 'all', gives: value([expect.anything(), expect.anything()]) },
  { call: 'workflows.list', options: { limit: 1 }, take: 'page', gives: value([expect.anything()]) },
  { call: 'workflows.list', options: { search: 'doub' }, take: 'all', gives: everySome({ name: 'Doubles' }) },
  { call: 'workflows.get', args: ['nothing'], gives: NOT_FOUND },
  // Executions.
  {
    call: 'workflows.execute',
    args: ['$w.id'],
    options: { input: { n: 21 }, wait: 30, idempotency_key: 'once' },
    save: 'x',
    gives: some({ status: 'completed', output: 42 }),
  },
  {
    call: 'workflows.execute',
    args: ['$w.id'],
    options: { input: { n: 21 }, idempotency_key: 'once' },
    gives: some({ status: 'completed' }),
  },
  { call: 'workflows.executions', args: ['$w.id'], take: 'all', gives: everySome({ workflow_id: expect.any(String) }) },
  { call: 'executions.wait', args: ['$x.execution_id'], gives: some({ status: 'completed', output: 42 }) },
  { call: 'executions.get', args: ['$x.execution_id'], gives: some({ logs: expect.any(Array) }) },
  { call: 'executions.cancel', args: ['$x.execution_id'], gives: failure('ValidationError', 'VALIDATION_ERROR') },
  { call: 'executions.retry', args: ['$x.execution_id'], gives: some({ workflow_id: expect.any(String) }) },
  { call: 'workflows.execute', args: ['$p.id'], save: 'y', gives: some({ execution_id: expect.any(String) }) },
  {
    call: 'executions.wait',
    args: ['$y.execution_id'],
    options: { timeout: 0 },
    gives: failure('WaitTimeoutError', null, null),
  },
  { call: 'executions.cancel', args: ['$y.execution_id'], gives: some({ status: 'cancelled' }) },
  { call: 'executions.list', options: { status: 'cancelled' }, take: 'all', gives: everySome({ status: 'cancelled' }) },
  // Forms.
  {
    call: 'forms.create',
    options: { name: 'Contact', fields: [{ name: 'email', type: 'email', required: true }] },
    save: 'f',
    gives: some({ name: 'Contact', description: '' }),
  },
  {
    call: 'forms.submit',
    args: ['$f.id', { email: 'user@example.com' }],
    gives: some({ data: { email: 'user@example.com' } }),
  },
  {
    call: 'forms.submit',
    args: ['$f.id', { email: 'x' }],
    gives: failure(
      'ValidationError',
      'VALIDATION_ERROR',
      expect.objectContaining({ fields: { 'data.email': expect.any(String) } }),
    ),
  },
  {
    call: 'forms.submissions',
    args: ['$f.id'],
    take: 'all',
    gives: everySome({ data: { email: 'user@example.com' } }),
  },
  {
    call: 'forms.csv',
    args: ['$f.id'],
    gives: { value: expect.stringMatching(/^id,submitted_at,.*\r\n.*,user@example\.com/s) },
  },
  { call: 'forms.csv', args: ['$f.id'], options: { spam: true }, gives: { value: expect.not.stringContaining('@') } },
  { call: 'forms.csv', args: ['nothing'], gives: failure('NotFoundError', 'NOT_FOUND') },
  { call: 'forms.update', args: ['$f.id'], options: { name: 'Other' }, gives: some({ name: 'Other' }) },
  { call: 'forms.get', args: ['$f.id'], gives: some({ name: 'Other' }) },
  { call: 'forms.list', take: 'all', gives: everySome({ name: 'Other' }) },
  { call: 'forms.delete', args: ['$f.id'], gives: some({ deleted: true }) },
  // Credentials and integrations.
  {
    call: 'credentials.create',
    options: { name: 'Bot', type: 'api_key', value: 'secret' },
    save: 'c',
    gives: some({ type: 'api_key' }),
  },
  { call: 'credentials.get', args: ['$c.id'], gives: some({ name: 'Bot' }) },
  { call: 'credentials.list', take: 'all', gives: everySome({ name: 'Bot' }) },
  { call: 'integrations.list', take: 'all', gives: everySome({ name: 'Bot' }) },
  { call: 'integrations.test', args: ['$c.id'], gives: some({ ok: true }) },
  { call: 'credentials.delete', args: ['$c.id'], gives: some({ deleted: true }) },
  // Webhooks.
  {
    call: 'webhooks.create',
    options: { url: 'https://example.com/events', events: ['form.submitted'], secret: 'your-webhook-secret' },
    save: 'h',
    gives: some({ secret: 'your-webhook-secret', status: 'enabled' }),
  },
  { call: 'webhooks.update', args: ['$h.id'], options: { status: 'disabled' }, gives: some({ status: 'disabled' }) },
  { call: 'webhooks.get', args: ['$h.id'], gives: some({ status: 'disabled' }) },
  { call: 'webhooks.list', take: 'all', gives: everySome({ url: 'https://example.com/events' }) },
  { call: 'webhooks.deliveries', args: ['$h.id'], take: 'all', gives: value([]) },
  { call: 'webhooks.redeliver', args: ['$h.id', 'nothing'], gives: NOT_FOUND },
  { call: 'webhooks.delete', args: ['$h.id'], gives: some({ deleted: true }) },
  { call: 'workflows.delete', args: ['$w.id'], gives: some({ deleted: true }) },
  { call: 'workflows.delete', args: ['$w.id'], gives: NOT_FOUND },
]
