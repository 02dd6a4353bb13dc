import { load, loadAll } from './support/load.ts'
import { benchServer, referenceBody, referenceSteps } from './support/reference.ts'

/**
 * `npm run bench tenants [seconds] [mode...]`: ten projects that take turns on four slots, compared with one project
 * alone, and the cost of changing projects.
 */
const seconds = Number(process.argv[2] ?? 8)
const asked = process.argv.slice(3)
const modes = asked.length > 0 ? asked : ['UNSANDBOXED', 'SANDBOX_CODE_ONLY']
const PROJECTS = 10
const SLOTS = 4

const row = (...cells: (string | number)[]) => console.log(cells.map((cell) => String(cell).padStart(14)).join(''))
row('mode', 'one: runs/s', 'ten: runs/s', 'share', 'ms a change', 'errors')

for (const mode of modes) {
  await using bench = await benchServer({ AP_EXECUTION_MODE: mode, AP_WORKER_CONCURRENCY: String(SLOTS) })
  const { client, server } = bench
  const urlOf = async (projectId: string) => {
    const { id } = await client.api.flows.create({ body: { displayName: 'flow', projectId } })
    await client.republish(id, referenceSteps())
    return `${server.base}/v1/webhooks/${id}/sync`
  }
  const only = await urlOf(client.projectId)
  const urls: string[] = []
  for (let n = 0; n < PROJECTS; n++) {
    const { id } = await client.api.projects.create({ body: { displayName: `tenant ${n}` } })
    urls.push(await urlOf(id))
  }
  const one = await load(only, { connections: PROJECTS, seconds, body: referenceBody })
  await loadAll(urls, { connections: PROJECTS, seconds: 2, body: referenceBody })
  const ten = await loadAll(urls, { connections: PROJECTS, seconds, body: referenceBody })
  const change = (1000 * SLOTS) / ten.rate - (1000 * SLOTS) / one.rate
  row(
    mode,
    one.rate.toFixed(0),
    ten.rate.toFixed(0),
    (ten.rate / one.rate).toFixed(2),
    change.toFixed(2),
    one.errors + ten.errors,
  )
}
