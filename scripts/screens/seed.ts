import { readdir, readFile } from 'node:fs/promises'
import type { Person } from '../../e2e/web/support/person.ts'
import { type SeededSettings, seedSettings } from './seed-settings.ts'

const EXAMPLES = new URL('../../apps/web/src/features/automations/examples/', import.meta.url)

/** The contents of the pictures: flows of the examples, with runs, failures and a run that waits. */
export interface Seeded extends SeededSettings {
  /** A flow with a few steps, which ran. */
  flowId: string
  formId: string
  runId: string
  failedRunId: string
  /** The link that a run waits for. */
  approvalLink: string
}

interface ExampleFlow {
  displayName: string
  trigger: Record<string, unknown>
  schemaVersion: string
  notes: unknown[]
}

/** The last flow of each example, by its file. */
async function readExamples(): Promise<Map<string, ExampleFlow>> {
  const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.json'))
  const read = names.map(async (name) => {
    const { flows } = JSON.parse(await readFile(new URL(name, EXAMPLES), 'utf8'))
    return [name.slice(0, -'.json'.length), flows.at(-1)] as const
  })
  return new Map(await Promise.all(read))
}

const CHECK = `export const code = async ({ order }) => {
  if (!order.postcode) throw new Error('422: postcode is empty')
  return { ...order, checked: true }
}`

/** A flow that fails for an order without a postcode. */
const strict = (webhook: Record<string, unknown>): ExampleFlow => {
  const settings = { sourceCode: { code: CHECK, packageJson: '{}' }, input: { order: '{{trigger.body}}' } }
  const base = { valid: true, lastUpdatedDate: '2026-01-01T00:00:00.000Z' }
  const nextAction = { ...base, name: 'step_1', type: 'CODE', displayName: 'Check order', settings }
  return { displayName: 'Order intake', trigger: { ...webhook, nextAction }, schemaVersion: '20', notes: [] }
}

export async function seed(origin: string, owner: Person): Promise<Seeded> {
  const { api, projectId, token } = owner
  const send = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  }
  const publish = async (flow: ExampleFlow, folderId: string | null = null): Promise<string> => {
    const { id } = await api.flows.create({ body: { displayName: flow.displayName, projectId, folderId } })
    await send(`/flows/${id}`, { type: 'IMPORT_FLOW', request: flow })
    await send(`/flows/${id}`, { type: 'LOCK_AND_PUBLISH', request: {} }).catch(() => {})
    return id
  }
  const call = (id: string, body: unknown) =>
    fetch(`${origin}/api/v1/webhooks/${id}/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  const folders = [] as string[]
  for (const displayName of ['Finance', 'Marketing'])
    folders.push((await api.folders.create({ body: { displayName, projectId } })).id)
  const examples = await readExamples()
  const ids = new Map<string, string>()
  for (const [name, flow] of examples) ids.set(name, await publish(flow, name === 'daily-summary' ? folders[0] : null))
  const idOf = (name: string): string => ids.get(name) ?? ''
  const webhook = examples.get('webhook-answer')?.trigger ?? {}
  const intake = await publish(strict(webhook))

  const flowId = idOf('order-total')
  const lines = [
    { name: 'Lamp', price: 40, quantity: 2 },
    { name: 'Chair', price: 120, quantity: 1 },
  ]
  for (let count = 0; count < 4; count++) await call(flowId, { lines })
  for (const order of [{ id: 1, postcode: '1010' }, { id: 2 }, { id: 3 }]) await call(intake, order)
  for (const externalId of ['shop', 'billing'])
    await api.appConnections.upsert({
      body: {
        ...{ externalId, projectId, pieceName: '@activepieces/piece-http', type: 'SECRET_TEXT' },
        displayName: externalId === 'shop' ? 'Shop' : 'Billing',
        value: { type: 'SECRET_TEXT', secret_text: 'kept secret' },
      },
    })
  await api.tags.setOnPieces({ body: { piecesName: ['@activepieces/piece-csv'], tags: ['Files'] } })

  const waiting = idOf('approval-link')
  await fetch(`${origin}/api/v1/webhooks/${waiting}`, { method: 'POST' })
  const runs = async () => (await api.flowRuns.list({ query: { projectId, limit: 50 } })).data
  const paused = await until(async () => (await runs()).find(({ status }) => status === 'PAUSED'))
  const { steps } = await api.flowRuns.get({ params: { id: paused.id } })
  const link = /\/api\/v1\/flow-runs\/[^"\s]+action=approve[^"\s]*/.exec(JSON.stringify(steps))?.[0]
  const all = await runs()
  return {
    ...(await seedSettings(origin, owner)),
    ...{ flowId, formId: idOf('request-form'), approvalLink: link ?? '/responses/expired' },
    runId: all.find((run) => run.flowId === flowId)?.id ?? '',
    failedRunId: all.find((run) => run.flowId === intake && run.status === 'FAILED')?.id ?? '',
  }
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = await find()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The run that waits did not come')
}
