import type { Browser, Page } from 'playwright-core'
import { code, loop, router } from '../../test/support/client.ts'

/** How long pages take to answer what people do, on data as large as people have. */

export interface Bar {
  name: string
  ms: number
  limitMs: number
}

const OPEN_LIMIT_MS = 1000
const FRAME_LIMIT_MS = 16
const TYPING_LIMIT_MS = 50
const ACT_LIMIT_MS = 100

/** Runs in the page: the times between frames, until `stopFrames` is called. */
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
const NEXT_FRAME = 'new Promise((done) => requestAnimationFrame(() => done(performance.now())))'

/**
 * Runs in the page: keeps the longest time from an input to the frame after it, as browsers measure it (in steps of
 * 8 ms; shorter ones than 16 ms are left out).
 */
const WATCH_INPUTS = `(() => {
  window.slowest = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.slowest = Math.max(window.slowest, duration)
  }).observe({ type: 'event', durationThreshold: 16 })
})()`
const TWO_FRAMES =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))'

/** The slowest answer to an input while something is done. */
async function slowestOf(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(TWO_FRAMES)
  await page.evaluate('window.slowest = 0')
  await act()
  await page.evaluate(TWO_FRAMES)
  return Number(await page.evaluate('window.slowest'))
}

async function openPage(browser: Browser, session: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
  const page = await context.newPage()
  await page.addInitScript((value) => localStorage.setItem('piecework.session', value), session)
  await page.addInitScript(WATCH_INPUTS)
  return page
}

const CODE = 'export const code = async () => 1'

/** 300 steps: 25 times two code steps, a loop with three, and a router with two branches of two and of one. */
export function largeSteps(): object[] {
  let count = 0
  const next = () => `step_${++count}`
  const codes = (length: number) => Array.from({ length }, () => code(next(), CODE, { note: 'a' }))
  return Array.from({ length: 25 }, () => {
    const first = codes(2)
    const each = loop(next(), '{{trigger.body.lines}}', codes(4))
    const value = { operator: 'TEXT_CONTAINS', firstValue: 'a', secondValue: 'b', caseSensitive: false }
    const split = router(next(), [{ conditions: [[value]], steps: codes(2) }, { steps: codes(2) }])
    return [...first, each, split]
  }).flat()
}

/** Opening, moving and editing a flow of 300 steps. */
export async function measureLargeFlow(browser: Browser, url: string, session: string): Promise<Bar[]> {
  const page = await openPage(browser, session)
  const opened: number[] = []
  // The first time loads the code of the page, too.
  for (let turn = 0; turn < 3; turn++) {
    await page.goto(url)
    await page.locator('[data-step="trigger"]').waitFor()
    opened.push(Number(await page.evaluate(NEXT_FRAME)))
  }
  await page.evaluate(COUNT_FRAMES)
  await page.mouse.move(300, 700)
  await page.mouse.down()
  for (let step = 0; step < 120; step++) await page.mouse.move(300 + (step % 7), 700 - step * 5)
  await page.mouse.up()
  const panMs = Number(await page.evaluate('window.stopFrames()'))
  await page.evaluate(COUNT_FRAMES)
  await page.keyboard.down('Control')
  for (let step = 0; step < 60; step++) await page.mouse.wheel(0, step % 20 < 10 ? 40 : -40)
  await page.keyboard.up('Control')
  const zoomMs = Number(await page.evaluate('window.stopFrames()'))
  await page.goto(url)
  await page.locator('[data-step="step_1"]').click()
  const name = page.getByRole('textbox', { name: 'Description' }).or(page.getByRole('textbox').first())
  await name.first().click()
  const typingMs = await slowestOf(page, () => page.keyboard.type('The postcode of the order', { delay: 40 }))
  await page.context().close()
  return [
    { name: '300 steps: open', ms: opened.toSorted((a, b) => a - b)[1] ?? 0, limitMs: OPEN_LIMIT_MS },
    { name: '300 steps: frame while panning', ms: panMs, limitMs: FRAME_LIMIT_MS },
    { name: '300 steps: frame while zooming', ms: zoomMs, limitMs: FRAME_LIMIT_MS },
    { name: '300 steps: slowest key to paint', ms: typingMs, limitMs: TYPING_LIMIT_MS },
  ]
}

/** A step whose output has 10 MB, then a loop of 5,000 rounds; one round fails. */
export const longRunSteps = (): object[] => [
  code(
    'step_1',
    `export const code = async () => Array.from({ length: 5000 }, (_, n) => ({ n, text: 'x'.repeat(2000) }))`,
  ),
  loop('step_2', '{{[...Array(5000).keys()]}}', [
    code(
      'step_3',
      `export const code = async ({ n }) => { if (n === 4321) throw new Error('no'); return n }`,
      {
        n: '{{step_2.item}}',
      },
      { continueOnFailure: { value: true } },
    ),
  ]),
]

/** Looking through a run with many rounds and a large output. */
export async function measureLongRun(browser: Browser, url: string, session: string): Promise<Bar[]> {
  const page = await openPage(browser, session)
  await page.goto(url)
  const round = page.getByRole('spinbutton', { name: 'Round, of 5,000' }).first()
  await round.waitFor()
  const roundMs = await slowestOf(page, async () => {
    for (const to of ['17', '2500', '4999']) {
      await round.fill(to)
      await round.press('ArrowDown')
    }
  })
  const stepMs = await slowestOf(page, async () => {
    for (const name of ['step_1', 'step_3', 'step_1']) await page.getByRole('button', { name }).first().click()
  })
  await page.context().close()
  return [
    { name: '5,000 rounds: choosing a round', ms: roundMs, limitMs: ACT_LIMIT_MS },
    { name: '10 MB output: choosing a step', ms: stepMs, limitMs: ACT_LIMIT_MS },
  ]
}

/** Choosing among 100,000 runs. */
export async function measureManyRuns(browser: Browser, url: string, session: string): Promise<Bar[]> {
  const page = await openPage(browser, session)
  await page.goto(url)
  await page.getByRole('checkbox').nth(1).waitFor()
  const ms = await slowestOf(page, async () => {
    await page.getByRole('checkbox').nth(1).click()
    await page.getByRole('checkbox').first().click()
    await page.getByRole('button', { name: 'Status' }).click()
    await page.getByRole('checkbox', { name: 'Failed', exact: true }).click()
    await page.keyboard.press('Escape')
  })
  await page.context().close()
  return [{ name: '100,000 runs: choosing and narrowing', ms, limitMs: ACT_LIMIT_MS }]
}
