import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createTestPostgres } from '@piecework/server/database/testing'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../test/support/browser.ts'
import { signIn, until } from '../test/support/client.ts'
import { startServer, temporaryFolder } from '../test/support/process.ts'
import {
  type Bar,
  largeSteps,
  longRunSteps,
  measureLargeFlow,
  measureLongRun,
  measureManyRuns,
} from './support/interaction.ts'
import { referenceSteps } from './support/reference.ts'

/**
 * `npm run bench web`: what a browser loads for the first view of each page, and when its largest part is painted,
 * next to what is allowed, and how fast a flow of 300 steps, a run of 5,000 rounds and a list of 100,000 runs answer. It needs PostgreSQL. Script is counted as it is sent, compressed. The reference is an empty page of the server.
 * `npm run bench -- web flow` measures one part: `pages`, `flow`, `run` or `runs`.
 */
const KB = 1024
const PAINT_LIMIT_MS = 1000
const ROOT = join(import.meta.dirname, '..')

/** Runs in the page: when its largest part was painted, in milliseconds after the navigation. */
const LARGEST_PAINT = `new Promise((resolve) =>
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0))
    .observe({ type: 'largest-contentful-paint', buffered: true }))`

interface Figures {
  scriptKb: number
  requests: number
  paintMs: number
}

async function measure(browser: Browser, url: string, session: string | undefined): Promise<Figures> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  if (session) await page.addInitScript((value) => localStorage.setItem('piecework.session', value), session)
  let script = 0
  let requests = 0
  const sizes: Promise<void>[] = []
  page.on('requestfinished', (request) => {
    requests++
    if (request.resourceType() !== 'script') return
    sizes.push(
      request.sizes().then(({ responseBodySize }) => {
        script += responseBodySize
      }),
    )
  })
  await page.goto(url)
  await page.waitForLoadState('networkidle')
  await Promise.all(sizes)
  const paintMs: number = await page.evaluate(LARGEST_PAINT)
  await context.close()
  return { scriptKb: script / KB, requests, paintMs }
}

const [asked] = process.argv.slice(2)
const isAsked = (part: 'pages' | 'flow' | 'run' | 'runs'): boolean => asked === undefined || asked === part

const RUNS = 100_000

/** Many runs of a flow that ended. */
async function addRuns(projectId: string, flowId: string): Promise<void> {
  await database.execute(
    `insert into flow_run (id, "projectId", "flowId", "flowVersionId", environment, status, created, "startTime", "finishTime")
      select left(f.id, 1) || lpad(n::text, 20, '0'), $1, f.id, f."publishedVersionId", 'PRODUCTION',
        case when n % 50 = 0 then 'FAILED' else 'SUCCEEDED' end, now() - n * interval '6 seconds',
        now() - n * interval '6 seconds', now() - n * interval '6 seconds'
      from generate_series(1, $3::integer) n, flow f where f.id = $2`,
    [projectId, flowId, RUNS],
  )
  await database.execute('vacuum analyze flow_run')
}

const built = spawnSync(process.execPath, [join(ROOT, 'apps/web/build/main.ts')], { stdio: 'inherit' })
if (built.status !== 0) process.exit(1)
const folder = await temporaryFolder()
const database = await createTestPostgres()
const server = await startServer(folder.path, { AP_POSTGRES_URL: database.url })
const browser = await launchBrowser()
try {
  const person = await signIn(server.base)
  const flowId = await person.liveFlow(referenceSteps())
  const answer = await fetch(`${server.base}/v1/users/me`, { headers: { authorization: `Bearer ${person.token}` } })
  const me: unknown = await answer.json()
  const session = JSON.stringify({
    token: person.token,
    projectId: person.projectId,
    userId: Reflect.get(Object(me), 'id'),
    platformId: Reflect.get(Object(me), 'platformId'),
    isAdmin: true,
  })
  const origin = server.base.replace(/\/api$/, '')
  if (isAsked('pages')) await showPages(origin, flowId, session)
  if (isAsked('flow')) {
    const largeId = await person.liveFlow(largeSteps())
    show(await measureLargeFlow(browser, `${origin}/flows/${largeId}`, session))
  }
  if (isAsked('run')) {
    const longId = await person.liveFlow(longRunSteps())
    await fetch(`${server.base}/v1/webhooks/${longId}`, { method: 'POST' })
    const run = await until(async () => {
      const [newest] = (await person.runs({ flowId: [longId] })).data
      return newest?.status === 'SUCCEEDED' && newest
    })
    show(await measureLongRun(browser, `${origin}/runs/${run.id}`, session))
  }
  if (isAsked('runs')) {
    await addRuns(person.projectId, flowId)
    show(await measureManyRuns(browser, `${origin}/runs`, session))
  }
} finally {
  await browser.close()
  await server.stop()
  await folder.remove()
  await database.drop()
}

function show(bars: readonly Bar[]): void {
  for (const { name, ms, limitMs } of bars)
    console.log(`${name.padEnd(40)}${ms.toFixed(1).padStart(8)} ms, limit ${limitMs}`)
}

async function showPages(origin: string, flowId: string, session: string): Promise<void> {
  const pages = [
    { name: 'sign-in', path: '/sign-in', limitKb: 150, session: undefined },
    { name: 'automations', path: '/automations', limitKb: 300, session },
    { name: 'runs', path: '/runs', limitKb: 300, session },
    { name: 'builder', path: `/flows/${flowId}`, limitKb: 550, session },
  ]
  const empty = await measure(browser, `${origin}/theme.js`, undefined)
  console.log(
    `page          script kB   limit   requests   largest paint ms   limit   (empty page: ${empty.paintMs.toFixed(0)} ms)`,
  )
  for (const page of pages) {
    const { scriptKb, requests, paintMs } = await measure(browser, origin + page.path, page.session)
    console.log(
      `${page.name.padEnd(14)}${scriptKb.toFixed(0).padStart(9)}${String(page.limitKb).padStart(8)}${String(requests).padStart(11)}` +
        `${paintMs.toFixed(0).padStart(19)}${String(PAINT_LIMIT_MS).padStart(8)}`,
    )
  }
}
