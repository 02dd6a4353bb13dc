import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { eventually, flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '@piecework/server/testing/flows'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import { z } from 'zod'
import { authInputFor, connectionFor, inputsFor } from './support/piece-inputs.ts'
import { startStandIn } from './support/stand-in.ts'

/**
 * Installs published pieces from the npm registry and runs every one of their actions and triggers, with made-up
 * inputs, against a stand-in for their apps. `npm run bench pieces-compat [name@version...]`; without names it tries
 * the list below and rewrites docs/pieces/compatibility.md. This takes long: `1/3`, `2/3` and `3/3` try a third of the
 * list each. Results are kept, and the document is written when there is one for every package of the list. Needs the
 * npm registry and openssl; not part of CI.
 */
const PACKAGES = `airtable@0.2.0 amazon-s3@0.3.1 apitemplate-io@0.2.0 asana@0.2.0 ashby@0.2.0 baserow@0.10.0 binance@0.3.0
  clarifai@0.2.2 clickup@0.2.0 data-mapper@0.3.15 deepseek@0.1.7 delay@0.3.26 discord@0.2.0 drip@0.4.7
  dropbox@0.2.0 facebook-leads@0.3.7 figma@0.3.1 freshdesk@0.1.0 ghostcms@0.2.0 gmail@0.2.0 google-calendar@0.2.0
  google-contacts@0.2.0 google-drive@0.2.0 google-forms@0.3.0 google-my-business@0.0.1 google-sheets@0.2.0
  google-tasks@0.2.0 gravityforms@0.0.1 hackernews@0.2.0 hubspot@0.2.0 image-helper@0.1.21 image-router@0.1.8
  instagram-business@0.1.4 intercom@0.7.5 jotform@0.1.0 mailchimp@0.2.0 mastodon@0.3.0 metabase@0.3.0
  mistral-ai@0.3.0 mongodb@0.1.7 motion@0.2.0 mysql@0.2.7 openai@0.3.18 oracle-database@0.1.13 pastebin@0.1.0
  pdfcrowd@0.2.0 pipedrive@0.2.0 posthog@0.2.0 schedule@0.1.5 sendgrid@0.2.0 shopify@0.3.0 slack@0.17.9
  square@0.4.6 store@0.6.20 stripe@0.2.0 subflows@0.6.3 surveymonkey@0.2.0 telegram-bot@0.2.0 tidycal@0.0.4
  todoist@0.3.1 totalcms@0.2.0 trello@0.2.0 twilio@0.2.0 typeform@0.2.0 webflow@0.3.0 webhook@0.1.29
  woocommerce@0.4.0 wordpress@0.7.0 youtube@0.2.0 zoho-bookings@0.1.6 zoho-books@0.2.0 zoho-invoice@0.0.1
  zoom@0.2.0`
const DOCUMENT = new URL('../docs/pieces/compatibility.md', import.meta.url)

type Verdict = 'ran' | 'called the app' | 'stopped before'
interface Trial {
  name: string
  verdict: Verdict
  message: string
}
interface Result {
  name: string
  version: string
  error?: string
  context: string
  seconds: number
  props: number
  auth: string
  actions: Trial[]
  triggers: Trial[]
}

const standIn = await startStandIn()
const PROXY = { HTTP_PROXY: standIn.url, HTTPS_PROXY: standIn.url, NO_PROXY: '', NODE_USE_ENV_PROXY: '1' }
const SEEN = { ...PROXY, NO_PROXY: '127.0.0.1,localhost', NODE_TLS_REJECT_UNAUTHORIZED: '0' }
Object.assign(process.env, SEEN)
const server = await startTestServer({
  AP_CONTAINER_TYPE: 'WORKER_AND_APP',
  AP_FLOW_TIMEOUT_SECONDS: '20',
  AP_TRIGGER_TIMEOUT_SECONDS: '20',
  AP_SANDBOX_PROPAGATED_ENV_VARS: Object.keys(SEEN).join(','),
})
// Only the pieces use the stand-in: npm uses the real registry.
for (const name of Object.keys(SEEN)) delete process.env[name]
const owner = await signUpOwner(server)
const flows = flowMaker(server, owner)

const KEPT = new URL('../node_modules/.cache/pieces-compat.json', import.meta.url)
const named = process.argv.slice(2)
const all = PACKAGES.split(/\s+/)
const fraction = /^(\d+)\/(\d+)$/.exec(named[0] ?? '')
const [, part = 1, parts = 1] = fraction?.map(Number) ?? []
const wanted =
  named.length === 0 || fraction
    ? all.slice(Math.floor((all.length * (part - 1)) / parts), Math.floor((all.length * part) / parts))
    : named
const before: Result[] = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : []
const results = new Map(before.map((result) => [`${result.name}@${result.version}`, result]))
for (const wish of wanted) {
  const at = wish.lastIndexOf('@')
  const [name, version] = [wish.slice(0, at), wish.slice(at + 1)]
  const result = await tryPiece(fullName(name), version)
  results.set(`${result.name}@${version}`, result)
  console.log(summary(result))
  for (const trial of [...result.actions, ...result.triggers])
    if (trial.verdict === 'stopped before') console.log(`    ${trial.name}: ${trial.message}`)
}
const listed = all.flatMap((wish) => results.get(fullName(wish)) ?? [])
writeFileSync(KEPT, JSON.stringify(listed))
if (listed.length === all.length) writeFileSync(DOCUMENT, document(listed))
await server[Symbol.asyncDispose]()
standIn.close()

function fullName(name: string): string {
  return name.includes('/') ? name : `@activepieces/piece-${name}`
}

async function tryPiece(name: string, version: string): Promise<Result> {
  const began = performance.now()
  const body = { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName: name, pieceVersion: version }
  const made = await server.call<PieceMetadata>('POST', '/v1/pieces', { token: owner.token, body })
  const seconds = (performance.now() - began) / 1000
  const result: Result = { name, version, context: '', seconds, props: 0, auth: '', actions: [], triggers: [] }
  if (made.status !== 201) return { ...result, error: JSON.stringify(made.body) }
  const metadata = made.body
  result.context = metadata.contextInfo?.version ?? 'none'
  const steps = [...Object.values(metadata.actions), ...Object.values(metadata.triggers)]
  result.props = steps.reduce((count, step) => count + Object.keys(step.props).length, 0)
  const connection = connectionFor(metadata, standIn.url)
  result.auth = await tryAuth(server, owner, metadata, connection)
  const auth = authInputFor(metadata, connection)
  const flow = await flows.create(webhookTrigger('0.1.29'))
  for (const action of Object.values(metadata.actions))
    result.actions.push(await tryAction(flow, metadata, action.name, auth))
  for (const trigger of Object.values(metadata.triggers))
    result.triggers.push(await tryTrigger(metadata, trigger.name, auth))
  return result
}

/** Whether the piece accepts a made-up connection. */
async function tryAuth(
  { call }: TestServer,
  { token, projectId }: Person,
  { name, version }: PieceMetadata,
  value: Record<string, unknown> | undefined,
): Promise<string> {
  if (!value) return 'none'
  if (value.type === 'OAUTH2') return 'OAUTH2'
  const type = String(value.type)
  const body = { externalId: name, displayName: name, pieceName: name, pieceVersion: version, projectId, type, value }
  const answer = await call('POST', '/v1/app-connections', { token, body })
  standIn.take()
  if (answer.status === 201) return `${type}, accepted`
  return answer.body.code === 'INVALID_APP_CONNECTION' ? `${type}, refused` : `${type}: ${JSON.stringify(answer.body)}`
}

async function tryAction(
  flow: PopulatedFlow,
  metadata: PieceMetadata,
  actionName: string,
  auth: unknown,
): Promise<Trial> {
  const props = metadata.actions[actionName]?.props ?? {}
  const input = { ...inputsFor(props, standIn.url), ...(auth === undefined ? {} : { auth }) }
  const action = pieceAction('step_1', metadata.name, metadata.version, actionName, input)
  const added = await flows.operate(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action })
  if (added.status !== 200) return { name: actionName, verdict: 'stopped before', message: JSON.stringify(added.body) }
  standIn.take()
  const body = { projectId: owner.projectId, flowVersionId: added.body.version.id, stepName: 'step_1' }
  const run = await server.call<{ id: string }>('POST', '/v1/sample-data/test-step', { token: owner.token, body })
  const { status, failedStep } = await eventually(async () => {
    const now = await flows.run(run.body.id)
    return isTerminal(now.status) || now.status === 'PAUSED' ? now : undefined
  }, `the test of ${actionName}`)
  await flows.operate(flow.id, 'DELETE_ACTION', { names: ['step_1'] })
  const ran = status === 'SUCCEEDED' || status === 'PAUSED'
  const message = firstWords(failedStep?.message ?? status)
  return { name: actionName, ...verdictOf(ran, message), message }
}

/** Asks polling triggers for events, and registers the others for one. */
async function tryTrigger(metadata: PieceMetadata, triggerName: string, auth: unknown): Promise<Trial> {
  const declared = metadata.triggers[triggerName]
  const input = { ...inputsFor(declared?.props ?? {}, standIn.url), ...(auth === undefined ? {} : { auth }) }
  const flow = await flows.create(pieceTrigger(metadata.name, metadata.version, triggerName, input))
  standIn.take()
  const body = { projectId: owner.projectId, flowId: flow.id, flowVersionId: flow.version.id }
  const testStrategy = declared?.type === 'POLLING' ? 'TEST_FUNCTION' : 'SIMULATION'
  const answer = await server.call('POST', '/v1/test-trigger', { token: owner.token, body: { ...body, testStrategy } })
  const said = z.object({ params: z.object({ message: z.string() }) }).safeParse(answer.body)
  const message = firstWords(said.success ? said.data.params.message : '')
  const trial = { name: triggerName, ...verdictOf(answer.status === 200, message), message }
  if (testStrategy === 'SIMULATION') await server.call('DELETE', '/v1/test-trigger', { token: owner.token, body })
  return trial
}

/** Clients that ignore the proxy call out anyway, and find no network. */
function verdictOf(ran: boolean, message: string): { verdict: Verdict } {
  if (ran) return { verdict: 'ran' }
  const called =
    standIn.take().length > 0 || /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|timed out|Connection error/i.test(message)
  return { verdict: called ? 'called the app' : 'stopped before' }
}

/** The message without the stack. */
function firstWords(message: string): string {
  return (message.split(/\n\s+at /)[0] ?? '').replace(/\s+/g, ' ').slice(0, 300)
}

function tally(trials: readonly Trial[]): string {
  if (trials.length === 0) return '-'
  const count = (verdict: Verdict) => trials.filter((trial) => trial.verdict === verdict).length
  return `${trials.length}: ${count('ran')} / ${count('called the app')} / ${count('stopped before')}`
}

function summary(result: Result): string {
  const head = `${result.name}@${result.version}`
  if (result.error) return `${head} FAILED ${result.error}`
  const parts = [`${result.seconds.toFixed(1)} s`, `context ${result.context}`, result.auth]
  return `${head} ${parts.join(', ')}; actions ${tally(result.actions)}; triggers ${tally(result.triggers)}`
}

function document(all: readonly Result[]): string {
  const rows = all.map((result) => {
    const { name, version, context, seconds, props, auth, error } = result
    const start = `| ${name} | ${version} |`
    if (error) return `${start} | | | | | did not install: ${error.replaceAll('|', '/')} |`
    return `${start} ${context} | ${seconds.toFixed(1)} | ${props} | ${auth} | ${tally(result.actions)} | ${tally(result.triggers)} |`
  })
  const stopped = all.flatMap((result) =>
    [...result.actions, ...result.triggers]
      .filter((trial) => trial.verdict === 'stopped before')
      .map((trial) => `- ${result.name} \`${trial.name}\`: ${trial.message}`),
  )
  return `# Tested versions of published pieces

Written by \`npm run bench pieces-compat\`, which installs each package from the npm registry, reads its metadata, lets it
check a made-up connection, and runs every action and trigger with made-up inputs. A stand-in answers every call to
the outside world with the same generic JSON, so nothing leaves the machine.

The last two columns count the actions and triggers of a piece, and then those that **ran** to their end, that
**called the app** and could not use the generic answer, and that **stopped before** they called anything.

| package | version | context | install, s | properties | made-up connection | actions: ran / called / stopped | triggers |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Steps that stopped before they called the app

Made-up values do not satisfy every piece: ids that must parse, files that must be images, databases that must be
reached by their own protocol.

${stopped.join('\n')}
`
}
