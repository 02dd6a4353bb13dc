import type { TestApp } from './app.ts'

type Published = Pick<TestApp, 'origin' | 'owner'>

/** Puts content in place of what a flow of the owner was, and switches it on. */
export async function publishInto(
  { origin, owner }: Published,
  flowId: string,
  displayName: string,
  trigger: object,
): Promise<void> {
  const { api, token } = await owner()
  // The API checks what it is sent.
  await fetch(`${origin}/api/v1/flows/${flowId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'IMPORT_FLOW', request: { displayName, trigger, schemaVersion: '20', notes: [] } }),
  })
  await api.flows.operate({
    params: { id: flowId },
    body: { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } },
  })
}

/** Makes a flow of the owner and switches it on. */
export async function publishedFlow(app: Published, displayName: string, trigger: object) {
  const { api, projectId } = await app.owner()
  const flow = await api.flows.create({ body: { displayName, projectId } })
  await publishInto(app, flow.id, displayName, trigger)
  return flow
}

/** Calls the webhook of a flow and waits for its answer. */
export const callFlow = ({ origin }: Published, flowId: string, body: object): Promise<Response> =>
  fetch(`${origin}/api/v1/webhooks/${flowId}/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shop': 'acme' },
    body: JSON.stringify(body),
  })
