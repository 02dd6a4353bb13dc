import { get } from 'node:http'
import { newId } from '@piecework/model/ids'
import { readBuiltInPieces } from '@piecework/server/features/pieces/catalogue'
import { codeAction, flowMaker, pieceAction, webhookTrigger } from '@piecework/server/testing/flows'
import { signUpOwner, startTestServer } from '@piecework/server/testing/server'
import { row, timesOf } from './support/times.ts'

/**
 * `npm run bench pieces [iterations]`: installing and running a published piece, the list of a large catalogue, and the
 * cost of an action of a warm piece compared with a code step. Needs the npm registry.
 */
const iterations = Number(process.argv[2] ?? 500)
const [NAME, VERSION] = ['@activepieces/piece-data-mapper', '0.3.15']
const PIECES = 700

await using server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' }, { checksAnswers: false })
const owner = await signUpOwner(server)
const { token } = owner
const flows = flowMaker(server, owner)

const mapper = (name: string) =>
  pieceAction(name, NAME, VERSION, 'advanced_mapping', { mapping: { sum: "{{trigger['body']['n']}}" } })
const code = (name: string) =>
  codeAction(name, 'export const code = async ({ n }) => ({ sum: n })', { n: "{{trigger['body']['n']}}" })
const answer = (name: string) =>
  pieceAction(name, '@activepieces/piece-webhook', '0.1.33', 'return_response', {
    responseType: 'json',
    respond: 'stop',
    fields: { status: 200, headers: {}, body: {} },
  })
const sync = async (id: string, body: unknown) => {
  const { status } = await server.call('POST', `/v1/webhooks/${id}/sync`, { body })
  if (status !== 200) throw new Error(`The flow answered ${status}`)
}

console.log(`\nInstalling and running ${NAME}@${VERSION}, milliseconds`)
const body = { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName: NAME, pieceVersion: VERSION }
const began = performance.now()
const made = await server.call('POST', '/v1/pieces', { token, body })
if (made.status !== 201) throw new Error(JSON.stringify(made.body))
row('install', (performance.now() - began).toFixed(0))
const flow = await flows.create(webhookTrigger(), [mapper('step_1'), answer('step_2')])
await flows.publish(flow.id)
const runs = await timesOf(200, () => sync(flow.id, { n: 1 }))
row('first run', runs.first)
row('warm run', `p50 ${runs.p50}`, `p95 ${runs.p95}`)

console.log(`\nA warm piece action compared with a code step, in a loop of ${iterations}, milliseconds per iteration`)
const each = async (name: string, step: { name: string }) => {
  const loop = {
    type: 'LOOP_ON_ITEMS',
    name: 'step_1',
    displayName: 'loop',
    valid: true,
    lastUpdatedDate: new Date().toISOString(),
    settings: { items: "{{trigger['body']['items']}}" },
  }
  const looped = await flows.create(webhookTrigger(), [loop])
  for (const [stepLocationRelativeToParent, action] of [
    ['INSIDE_LOOP', step],
    ['AFTER', answer('step_3')],
  ] as const) {
    const where = { parentStep: 'step_1', stepLocationRelativeToParent, action }
    const added = await flows.operate(looped.id, 'ADD_ACTION', where)
    if (added.status !== 200) throw new Error(JSON.stringify(added.body))
  }
  await flows.publish(looped.id)
  const items = Array.from({ length: iterations }, (_, index) => index)
  const { least } = await timesOf(10, () => sync(looped.id, { n: 1, items }))
  const cost = Number(least) / iterations
  row(name, cost.toFixed(3))
  return cost
}
const codeCost = await each('code step', code('step_2'))
const pieceCost = await each('piece action', mapper('step_2'))
row('difference', (pieceCost - codeCost).toFixed(3))

console.log(`\nLists of a catalogue of ${PIECES} pieces, milliseconds`)
const models = readBuiltInPieces()
const add = async (index: number) => {
  const model = models[index % models.length]
  if (!model) throw new Error('There are no built-in pieces')
  const name = `@bench/piece-${index}`
  const metadata = JSON.stringify({ ...model, name, displayName: `${model.displayName} ${index}`, version: '1.0.0' })
  const row = { id: newId(), name, version: '1.0.0', pieceType: 'OFFICIAL', packageType: 'REGISTRY', metadata } as const
  await server.server.db.insertInto('piece_metadata').values(row).execute()
}
for (let index = 0; index < PIECES; index++) await add(index)
server.server.events.announce('PIECES_CHANGED', {})
row('', 'first', 'p50', 'p95', 'max')
const projectId = owner.projectId
for (const [name, query] of Object.entries({
  all: {},
  'in a project': { projectId },
  search: { searchQuery: 'send mail', suggestionType: 'ACTION' },
  'search, typo': { searchQuery: 'wehbook' },
})) {
  const url = new URL('/api/v1/pieces', server.origin)
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value)
  const { first, p50, p95, max } = await timesOf(200, () => transfer(url))
  row(name, first, p50, p95, max)
}
const changed = await timesOf(20, async () => {
  await add(models.length * PIECES + Math.round(performance.now() * 1000))
  server.server.events.announce('PIECES_CHANGED', {})
  await transfer(new URL('/api/v1/pieces', server.origin))
})
row('all, after one more', changed.first, changed.p50, changed.p95, changed.max)

/** Until the last byte as it is sent; decompressing 858 kB in this process would take longer than the transfer. */
function transfer(url: URL): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' }
  return new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => answer.resume().on('end', resolve).on('error', reject)).on('error', reject)
  })
}
