import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { signIn } from '../test/support/client.ts'
import { startServer, temporaryFolder } from '../test/support/process.ts'
import { referenceSteps } from './support/reference.ts'

/**
 * `npm run bench web`: what a browser loads for the first view of each page, and when its largest part is painted,
 * next to what is allowed. Script is counted as it is sent, compressed. The reference is an empty page of the server.
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

const built = spawnSync(process.execPath, [join(ROOT, 'apps/web/build/main.ts')], { stdio: 'inherit' })
if (built.status !== 0) process.exit(1)
const folder = await temporaryFolder()
const server = await startServer(folder.path)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
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
} finally {
  await browser.close()
  await server.stop()
  await folder.remove()
}
