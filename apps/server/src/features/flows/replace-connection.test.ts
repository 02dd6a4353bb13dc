import { afterAll, beforeAll, expect, test } from 'vitest'
import { flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** Replacing a connection in many flows, some of whose triggers refuse the new one. */
const PIECE = '@acme/piece-choosy'
const source = `
  import { createPiece, createTrigger, PieceAuth, Property, TriggerStrategy } from '@piecework/framework'
  const choosy = createTrigger({ name: 'choosy', displayName: 'Choosy', description: '', type: TriggerStrategy.WEBHOOK,
    auth: PieceAuth.None(), sampleData: null,
    props: { key: Property.Json({ displayName: 'Key', required: true }), strict: Property.Checkbox({ displayName: 'Strict', required: false }) },
    async onEnable({ propsValue: { key, strict } }) {
      if (strict && JSON.stringify(key).includes('number two')) throw new Error('this key is not good enough')
    },
    async onDisable() {}, async run() { return [] } })
  export const piece = createPiece({ displayName: 'Choosy', logoUrl: 'https://x.test/l.svg', authors: [], description: '',
    auth: PieceAuth.None(), actions: [], triggers: [choosy] })`

let server: TestServer
let owner: Person

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  owner = await signUpOwner(server)
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: PIECE, pieceVersion: '1.0.0' }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(PIECE, '1.0.0', source))]), 'piece.tgz')
  expect((await server.call('POST', '/v1/pieces', { token: owner.token, body: form })).status).toBe(201)
})
afterAll(() => server[Symbol.asyncDispose]())

test('a flow whose trigger refuses the new connection keeps no other from it, and the answer says so', async () => {
  const { token, projectId } = owner
  const connect = async (externalId: string, secret: string) => {
    const value = { type: 'SECRET_TEXT', secret_text: secret }
    const names = { externalId, displayName: externalId, pieceName: '@activepieces/piece-http' }
    const made = await server.call<{ id: string }>('POST', '/v1/app-connections', {
      token,
      body: { ...names, projectId, type: 'SECRET_TEXT', value },
    })
    return made.body.id
  }
  const ids = {
    sourceAppConnectionId: await connect('one', 'number one'),
    targetAppConnectionId: await connect('two', 'number two'),
  }
  const flows = flowMaker(server, owner)
  const made = []
  for (const strict of [false, true, false, true, false]) {
    const trigger = pieceTrigger(PIECE, '1.0.0', 'choosy', { key: "{{connections['one']}}", strict })
    made.push({ strict, id: (await flows.publish((await flows.create(trigger)).id)).id })
  }

  const answer = await server.call<{ params: { replaced: string[] } }>('POST', '/v1/app-connections/replace', {
    token,
    body: { projectId, ...ids },
  })
  const refused = made.filter(({ strict }) => strict)
  expect(answer).toMatchObject({
    status: 409,
    body: { code: 'CONNECTION_REPLACED_IN_PART', params: { unchanged: [] } },
  })
  expect(answer.body.params.replaced.toSorted()).toEqual(made.map(({ id }) => id).toSorted())
  expect(answer.body.params).toMatchObject({
    disabled: expect.toSatisfy(
      (disabled: { flowId: string; message: string }[]) =>
        disabled.length === refused.length &&
        refused.every(({ id }) =>
          disabled.some(({ flowId, message }) => flowId === id && message.includes('not good enough')),
        ),
    ),
  })
  for (const { id, strict } of made)
    expect(await flows.flow(id)).toMatchObject({
      status: strict ? 'DISABLED' : 'ENABLED',
      version: { connectionIds: ['two'] },
    })
  const registered = await server.server.db
    .selectFrom('trigger_source as s')
    .innerJoin('flow as f', 'f.publishedVersionId', 's.flowVersionId')
    .select('f.id')
    .where('s.deleted', 'is', null)
    .execute()
  expect(registered.map(({ id }) => id).toSorted()).toEqual(
    made.flatMap(({ id, strict }) => (strict ? [] : [id])).toSorted(),
  )
  // No flow uses the old one any more.
  const list = await server.call<{ data: { externalId: string }[] }>('GET', '/v1/app-connections', {
    token,
    query: { projectId },
  })
  expect(list.body.data.map(({ externalId }) => externalId)).toEqual(['two'])
})
