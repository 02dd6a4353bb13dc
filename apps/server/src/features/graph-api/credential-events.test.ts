import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { eventually, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { installPiece } from '../../testing/install-piece.ts'
import { startOAuth2Server } from '../../testing/oauth2-server.ts'
import { signUpOwner, startTestServer } from '../../testing/server.ts'
import { mailPiece, NAME, oauth2User, VERSION } from '../oauth2/testing.ts'

test('a webhook hears of a credential whose grant was taken back', async () => {
  await using service = await startOAuth2Server()
  await using server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true',
  })
  const received: Record<string, unknown>[] = []
  await using receiver = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    received.push(JSON.parse(body))
    response.end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const owner = await signUpOwner(server)
  await installPiece(server, owner, mailPiece(service.url))
  const call = graphClient(server, await projectKey(server, owner))
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`
  expect((await call('POST', '/webhooks', { body: { url, events: ['credential.expired'] } })).status).toBe(201)

  const user = oauth2User(server, owner, service)
  service.mode.expiresIn = '0.001'
  const { id } = await user.connect('mailbox')
  service.mode.failure = { status: 400, body: '{"error":"invalid_grant"}' }
  const flows = flowMaker(server, owner)
  const flow = await flows.create(webhookTrigger(), [
    pieceAction('step_1', NAME, VERSION, 'send', { auth: "{{connections['mailbox']}}" }),
  ])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  await flows.finishedRuns(flow.id, 1)

  const event = await eventually(async () => received[0], 'the event')
  expect(event).toMatchObject({
    type: 'credential.expired',
    project_id: owner.projectId,
    data: { credential_id: id, name: 'mailbox', piece: NAME },
  })
  expect(JSON.stringify(event)).not.toContain('token')
  expect((await call('GET', '/integrations')).data).toMatchObject([{ id, status: 'error' }])
})
