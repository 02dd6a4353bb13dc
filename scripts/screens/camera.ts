import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Shown } from './pages.ts'

/** How a page is found: with nothing yet, with everything, waiting for answers, refused, or by somebody with few rights. */
export const STATES = ['open', 'empty', 'full', 'loading', 'error', 'forbidden'] as const
export type State = (typeof STATES)[number]

export const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const
const THEMES = ['light', 'dark'] as const

interface Camera {
  browser: Browser
  origin: string
  /** The folder of the pictures. */
  target: string
  /** The language of the browser. */
  locale: string
}

/** Runs in the page: resolves when nothing moves. */
const AT_REST = 'Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))'
const PATIENCE_MS = 15_000
/** Requests of the frame of every page; a page that waits for its content has their answers. */
const FRAME = /\/v1\/(flags|projects|project-members\/role|platforms|users\/me|authentication)\b/

/** Makes a picture of each page in both themes and sizes. @param session as the browser keeps it; nobody without it */
export async function shoot(camera: Camera, pages: readonly Shown[], state: State, session?: string): Promise<void> {
  await mkdir(camera.target, { recursive: true })
  for (const viewport of SIZES) {
    const context = await camera.browser.newContext({
      viewport,
      hasTouch: viewport.width < 640,
      locale: camera.locale,
      reducedMotion: 'reduce',
    })
    if (session) await signIn(context, session)
    if (state === 'error') await refuseEverything(context)
    if (state === 'loading') await answerNothing(context)
    for (const shown of pages) {
      const page = await context.newPage()
      const problem = await open(page, camera.origin, shown, state)
      const name = `${shown.name}-${state}`
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme })
        await page.evaluate(AT_REST)
        await page.screenshot({ path: join(camera.target, `${name}-${colorScheme}-${viewport.width}.png`) })
      }
      process.stdout.write(`${name}-${viewport.width}${problem ? `: ${problem}` : ''}\n`)
      await page.close()
    }
    await context.close()
  }
}

/** Makes the small pictures of the guides: light, wide and compressed. */
export async function shootForGuides(camera: Camera, pages: readonly Shown[], session: string): Promise<void> {
  await mkdir(camera.target, { recursive: true })
  const context = await camera.browser.newContext({
    viewport: SIZES[0],
    locale: camera.locale,
    reducedMotion: 'reduce',
    colorScheme: 'light',
  })
  await signIn(context, session)
  for (const shown of pages) {
    const page = await context.newPage()
    const problem = await open(page, camera.origin, shown, 'full')
    await page.evaluate(AT_REST)
    const picture = await compressed(camera.browser, await page.screenshot())
    await writeFile(join(camera.target, `${shown.name}.webp`), picture)
    process.stdout.write(`${shown.name}${problem ? `: ${problem}` : ''}\n`)
    await page.close()
  }
  await context.close()
}

async function signIn(context: BrowserContext, session: string): Promise<void> {
  await context.addInitScript((stored) => localStorage.setItem('piecework.session', stored), session)
}

async function refuseEverything(context: BrowserContext): Promise<void> {
  await context.route(/\/v1\//, (route) =>
    route.fulfill({
      status: 500,
      headers: { 'x-request-id': 'req_0Zk3mB8' },
      json: { code: 'INTERNAL', params: {} },
    }),
  )
}

async function answerNothing(context: BrowserContext): Promise<void> {
  await context.route(/\/v1\//, (route) => (FRAME.test(route.request().url()) ? route.continue() : undefined))
}

/** @returns what went wrong, so that the other pictures are made nevertheless */
async function open(page: Page, origin: string, { path, act }: Shown, state: State): Promise<string | undefined> {
  page.setDefaultTimeout(PATIENCE_MS)
  try {
    await page.goto(origin + path)
    if (state === 'loading') {
      await page.locator('[aria-busy=true]').first().waitFor()
      return undefined
    }
    await page.locator('h1, h2, form, main').first().waitFor()
    // Nothing that is loaded has a stand-in any more.
    await page.waitForLoadState('networkidle')
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    if (act) {
      await act(page)
      await page.waitForLoadState('networkidle')
    }
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error)
  }
}

const WEBP_QUALITY = 0.72

/** As WebP, which the browser itself can write. */
async function compressed(by: Browser, png: Buffer): Promise<Buffer> {
  const page = await by.newPage()
  const url: string = await page.evaluate(`(async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${png.toString('base64')}'
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
    canvas.getContext('2d').drawImage(image, 0, 0)
    return canvas.toDataURL('image/webp', ${WEBP_QUALITY})
  })()`)
  await page.close()
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}
