import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { code, signIn } from '../test/support/client.ts'
import { startServer, temporaryFolder } from '../test/support/process.ts'
import { referenceSteps } from './support/reference.ts'

/**
 * `npm run bench web`: what a browser loads for the first view of each page, and when its largest part is painted,
 * next to what is allowed, and how long a large flow takes to open and to drag. Script is counted as it is sent, compressed. The reference is an empty page of the server.
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

const LARGE_STEPS = 270
const LARGE_LIMIT_MS = 1000
const FRAME_LIMIT_MS = 16

/** A flow as long as the largest that people build. */
const largeSteps = () =>
  Array.from({ length: LARGE_STEPS }, (_, index) => code(`step_${index + 1}`, 'export const code = async () => 1'))

/** Runs in the page: the times between frames while the flow is dragged, until `stopFrames` is called. */
const COUNT_FRAMES = `(() => {
  const times = []
  let isOver = false
  const next = (now) => { times.push(now); if (!isOver) requestAnimationFrame(next) }
  requestAnimationFrame(next)
  window.stopFrames = () => {
    isOver = true
    const gaps = times.slice(1).map((time, index) => time - times[index]).sort((a, b) => a - b)
    return gaps[Math.floor(gaps.length / 2)] ?? 0
  }
})()`

/** Runs in the page: when the next frame begins, in milliseconds after the navigation. */
const NEXT_FRAME = `new Promise((done) => requestAnimationFrame(() => done(performance.now())))`

/** How long a large flow takes to open, and the median frame while it is dragged. */
async function measureLarge(browser: Browser, url: string, session: string) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript((value) => localStorage.setItem('piecework.session', value), session)
  const openMs: number[] = []
  // The first time loads the code of the page, too.
  for (let turn = 0; turn < 3; turn++) {
    await page.goto(url)
    await page.locator('[data-step="trigger"]').waitFor()
    openMs.push(Number(await page.evaluate(NEXT_FRAME)))
  }
  await page.evaluate(COUNT_FRAMES)
  await page.mouse.move(300, 700)
  await page.mouse.down()
  for (let step = 0; step < 120; step++) await page.mouse.move(300 + (step % 7), 700 - step * 5)
  await page.mouse.up()
  const frameMs = await page.evaluate('window.stopFrames()')
  await context.close()
  return { openMs: openMs.toSorted((a, b) => a - b)[1] ?? 0, frameMs: Number(frameMs) }
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
  const largeId = await person.liveFlow(largeSteps())
  const { openMs, frameMs } = await measureLarge(browser, `${origin}/flows/${largeId}`, session)
  console.log(
    `${LARGE_STEPS} steps: open after ${openMs.toFixed(0)} ms (limit ${LARGE_LIMIT_MS}), ` +
      `median frame while dragging ${frameMs.toFixed(1)} ms (limit ${FRAME_LIMIT_MS}, one frame of this screen is 16.7)`,
  )
} finally {
  await browser.close()
  await server.stop()
  await folder.remove()
}
