import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Person } from './person.ts'

/** A page that somebody looks at, with everything that it complains of. */
export interface Visit {
  page: Page
  /** Announces complaints that belong to the test, such as a request that the server is to refuse. */
  expectProblem(pattern: RegExp): void
  /** Fails when the page has complained; then closes it. */
  end(): Promise<void>
}

/** Signs in before the first page is opened. */
export async function enterAs(context: BrowserContext, { session }: Person): Promise<void> {
  await context.addInitScript((stored) => {
    if (localStorage.getItem('piecework.session') === null) localStorage.setItem('piecework.session', stored)
  }, JSON.stringify(session))
}

export async function openVisit(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage()
  const problems: string[] = []
  const expected: RegExp[] = []
  page.on('pageerror', (error) => problems.push(`error: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    // Answers that are errors are watched below, with their address.
    if (!message.text().startsWith('Failed to load resource')) problems.push(`${message.type()}: ${message.text()}`)
  })
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A page that is left, or a query that is not needed any more, ends its requests.
    if (reason !== 'net::ERR_ABORTED') problems.push(`failed: ${request.method()} ${request.url()} ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400)
      problems.push(`answered ${response.status()}: ${response.request().method()} ${response.url()}`)
  })
  await page.goto(url)
  return {
    page,
    expectProblem: (pattern) => expected.push(pattern),
    async end() {
      const unexpected = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))
      await context.close()
      expect(unexpected).toEqual([])
    },
  }
}

/** Fails with what axe-core finds wrong for people who do not see or do not use a mouse, in both themes. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const found = await page.evaluate(async () => {
      await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))
      const axeHere: typeof axe = Reflect.get(window, 'axe')
      const { violations } = await axeHere.run(document, { resultTypes: ['violations'] })
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
    })
    expect({ theme, found }).toEqual({ theme, found: [] })
  }
}
