import { graphApi } from '@piecework/api/graph/index'
import { waitingCaller } from '../../calls/waiting-caller.ts'
import type { FlowCode } from '../code/service.ts'
import type { Forms } from '../forms/service.ts'
import type { createCredentials } from './credentials.ts'
import { type Door, metaOf } from './door-routes.ts'
import type { Executions } from './executions.ts'
import type { createGraphWebhooks } from './webhooks.ts'
import type { Workflows } from './workflows.ts'

interface Services {
  workflows: Workflows
  executions: Executions
  credentials: ReturnType<typeof createCredentials>
  webhooks: ReturnType<typeof createGraphWebhooks>
  forms: Forms
  code: FlowCode
}

export function graphRoutes(door: Door, services: Services): void {
  workflowRoutes(door, services)
  credentialRoutes(door, services)
  webhookRoutes(door, services)
  formRoutes(door, services)
}

function workflowRoutes({ serve }: Door, { workflows, executions, code }: Services): void {
  const { workflows: w, executions: e } = graphApi

  serve(w.list, ({ actor, query }) => workflows.list(actor, query, query))
  serve(w.create, ({ actor, body }) => workflows.create(actor, body))
  serve(w.get, ({ actor, params }) => workflows.get(actor, params.id))
  serve(w.update, ({ actor, params, body }) => workflows.update(actor, params.id, body))
  serve(w.export, ({ actor, params }) => code.export(actor, params.id))
  serve(w.import, async ({ actor, body }) => {
    const { id } = await code.import(actor, body)
    return workflows.get(actor, id)
  })
  serve(w.remove, ({ actor, params }) => workflows.remove(actor, params.id))

  serve(e.execute, ({ actor, params, query, body, request, reply }) => {
    const key = request.headers['idempotency-key']
    return executions.execute(actor, params.id, {
      input: body.input ?? {},
      wait: query.wait ?? 0,
      idempotencyKey: typeof key === 'string' ? key : undefined,
      caller: waitingCaller(reply),
    })
  })
  serve(e.listOfWorkflow, ({ actor, params, query }) =>
    executions.list(actor, { ...query, workflow_id: params.id }, query),
  )
  serve(e.list, ({ actor, query }) => executions.list(actor, query, query))
  serve(e.get, ({ actor, params }) => executions.get(actor, params.id))
  serve(e.cancel, ({ actor, params }) => executions.cancel(actor, params.id))
  serve(e.retry, ({ actor, params, body }) => executions.retry(actor, params.id, body.from))
}

function credentialRoutes({ serve }: Door, { credentials }: Services): void {
  const { credentials: c, integrations: i } = graphApi

  serve(c.list, ({ actor, query }) => credentials.list(actor, query))
  serve(c.create, ({ actor, body }) => credentials.create(actor, body))
  serve(c.get, ({ actor, params }) => credentials.get(actor, params.id))
  serve(c.remove, ({ actor, params }) => credentials.remove(actor, params.id))
  serve(i.list, ({ actor, query }) => credentials.integrations(actor, query.piece, query))
  serve(i.test, ({ actor, params }) => credentials.test(actor, params.id))
}

function webhookRoutes({ serve }: Door, { webhooks }: Services): void {
  const { webhooks: w } = graphApi

  serve(w.list, ({ actor, query }) => webhooks.list(actor, query))
  serve(w.create, ({ actor, body }) => webhooks.create(actor, body))
  serve(w.get, ({ actor, params }) => webhooks.get(actor, params.id))
  serve(w.update, ({ actor, params, body }) => webhooks.update(actor, params.id, body))
  serve(w.remove, ({ actor, params }) => webhooks.remove(actor, params.id))
  serve(w.deliveries, ({ actor, params, query }) => webhooks.deliveries(actor, params.id, query.status, query))
  serve(w.redeliver, ({ actor, params }) => webhooks.redeliver(actor, params.id, params.delivery_id))
}

function formRoutes({ serve }: Door, { forms }: Services): void {
  const { forms: f } = graphApi

  serve(f.list, async ({ actor, query }) => {
    const offset = (query.page - 1) * query.limit
    const [{ data, next }, total] = await Promise.all([
      forms.list(actor, query.search, { ...query, offset }),
      forms.total(actor, query.search),
    ])
    return { items: data, meta: metaOf(query, total, next) }
  })
  serve(f.create, ({ actor, body }) => forms.create(actor, body))
  serve(f.get, ({ actor, params }) => forms.get(actor, params.id))
  serve(f.update, ({ actor, params, body }) => forms.update(actor, params.id, body))
  serve(f.remove, async ({ actor, params: { id } }) => {
    await forms.remove(actor, id)
    return { id, deleted: true as const }
  })
  serve(f.submit, ({ actor, params, body, request }) =>
    forms.submit(actor, params.id, body.data, {
      type: 'api',
      ip: actor.ip,
      user_agent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
    }),
  )
  serve(f.exportSubmissions, async ({ actor, params: { id }, query }) => ({
    name: `submissions-${id}.csv`,
    lines: await forms.exportSubmissions(actor, id, query),
  }))
  serve(f.submissions, async ({ actor, params, query }) => {
    const offset = (query.page - 1) * query.limit
    const { data, next, total } = await forms.submissions(actor, params.id, query, { ...query, offset })
    return { items: data, meta: metaOf(query, total, next) }
  })
}

const MAX_USER_AGENT = 500
