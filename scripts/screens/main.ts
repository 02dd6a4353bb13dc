import { spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { signUpOwner } from '../../e2e/web/support/person.ts'
import { startServer, temporaryFolder } from '../../test/support/process.ts'
import { detailsOf, IN_GUIDES, LISTS, OPEN, type Shown } from './pages.ts'
import { seed } from './seed.ts'

/**
 * `npm run screens`: starts a server, fills it, and makes a picture of every page (light and dark, wide and on a phone,
 * empty, full and broken) in the folder `screens`. `npm run screens -- --guides` makes only the pictures of the guides,
 * small and compressed, in `docs/images`.
 */
const ROOT = join(import.meta.dirname, '../..')
const forGuides = process.argv.includes('--guides')
const target = join(ROOT, forGuides ? 'docs/images' : 'screens')
const THEMES = forGuides ? (['light'] as const) : (['light', 'dark'] as const)
const SIZES = forGuides
  ? [{ width: 1280, height: 800 }]
  : [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]
/** Runs in the page: resolves when nothing moves. */
const AT_REST = 'Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))'
/** Runs in the page: nothing that is loaded has a stand-in any more. */
const DRAWN = `document.querySelector('[aria-busy=true]') === null`
const WEBP_QUALITY = 0.72

const built = spawnSync(process.execPath, [join(ROOT, 'apps/web/build/main.ts')], { stdio: 'inherit' })
if (built.status !== 0) process.exit(1)
const folder = await temporaryFolder()
const server = await startServer(folder.path)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const origin = new URL(server.base).origin
try {
  if (!forGuides) await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  if (!forGuides) await shoot(OPEN, 'full')
  const owner = await signUpOwner(server.base)
  const session = JSON.stringify(owner.session)
  if (!forGuides) await shoot(LISTS, 'empty', { session })
  const seeded = await seed(origin, owner)
  const all = [...LISTS, ...detailsOf(seeded)]
  await shoot(forGuides ? all.filter(({ name }) => IN_GUIDES.has(name)) : all, 'full', { session })
  if (!forGuides) await shoot(LISTS, 'error', { session, isBroken: true })
} finally {
  await browser.close()
  await server.kill()
  await folder.remove()
}

async function shoot(
  pages: readonly Shown[],
  state: 'empty' | 'full' | 'error',
  { session, isBroken = false }: { session?: string; isBroken?: boolean } = {},
): Promise<void> {
  for (const colorScheme of THEMES)
    for (const viewport of SIZES) {
      const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' })
      if (session) await signIn(context, session)
      if (isBroken)
        await context.route('**/api/v1/**', (route) =>
          route.fulfill({
            status: 500,
            headers: { 'x-request-id': 'req_0Zk3mB8' },
            json: { code: 'INTERNAL', params: {} },
          }),
        )
      for (const shown of pages) {
        const page = await context.newPage()
        const problem = await open(page, shown)
        const name = forGuides ? shown.name : `${shown.name}-${state}-${colorScheme}-${viewport.width}`
        const picture = await page.screenshot()
        if (forGuides) await writeFile(join(target, `${name}.webp`), await compressed(browser, picture))
        else await writeFile(join(target, `${name}.png`), picture)
        process.stdout.write(`${name}${problem ? `: ${problem}` : ''}\n`)
        await page.close()
      }
      await context.close()
    }
}

async function signIn(context: BrowserContext, session: string): Promise<void> {
  await context.addInitScript((stored) => localStorage.setItem('piecework.session', stored), session)
}

/** @returns what went wrong, so that the other pictures are made nevertheless */
async function open(page: Page, { path, act }: Shown): Promise<string | undefined> {
  try {
    await page.goto(origin + path)
    await page.waitForLoadState('networkidle', { timeout: 15_000 })
    await page.locator('h1, h2, form').first().waitFor()
    await page.waitForFunction(DRAWN)
    // A broken page, and one on a phone, may not have what is acted on.
    if (act) {
      page.setDefaultTimeout(3000)
      await act(page)
      await page.waitForLoadState('networkidle')
    }
    await page.evaluate(AT_REST)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error)
  }
}

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
