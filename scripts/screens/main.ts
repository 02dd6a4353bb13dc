import { spawnSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { signUpOwner } from '../../e2e/web/support/person.ts'
import { launchBrowser } from '../../test/support/browser.ts'
import { startServer, temporaryFolder } from '../../test/support/process.ts'
import { STATES, type State, shoot, shootForGuides } from './camera.ts'
import { detailsOf, IN_GUIDES, LISTS, OPEN, type Shown } from './pages.ts'
import { seed } from './seed.ts'

/**
 * `npm run screens`: starts a server, fills it, and makes a picture of every page (light and dark, wide and on a phone,
 * in each state) in the folder `screens`. `npm run screens -- --state full settings` makes those of one state whose names
 * have a word in them, and keeps the others; `--language de` makes them in German. `--guides` makes only the pictures of
 * the guides, small and compressed, in `docs/images`.
 */
const ROOT = join(import.meta.dirname, '../..')
const { values: asked, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    guides: { type: 'boolean', default: false },
    state: { type: 'string', multiple: true, default: [...STATES] },
    language: { type: 'string', default: 'en-GB' },
  },
})
const target = join(ROOT, asked.guides ? 'docs/images' : 'screens')
const isWhole = !asked.guides && words.length === 0 && asked.state.length === STATES.length

const built = spawnSync(process.execPath, [join(ROOT, 'apps/web/build/main.ts')], { stdio: 'inherit' })
if (built.status !== 0) process.exit(1)
const folder = await temporaryFolder()
const server = await startServer(folder.path)
const browser = await launchBrowser()
const origin = new URL(server.base).origin
const camera = { browser, origin, target, locale: asked.language }
try {
  if (isWhole) await rm(target, { recursive: true, force: true })
  await picture('open', OPEN)
  const owner = await signUpOwner(server.base)
  const session = JSON.stringify(owner.session)
  await picture('empty', LISTS, session)
  const seeded = await seed(origin, owner)
  const all = [...LISTS, ...detailsOf(seeded)]
  if (asked.guides) await shootForGuides(camera, forGuides(all), session)
  await picture('full', all, session)
  await picture('loading', LISTS, session)
  await picture('error', LISTS, session)
  await picture('forbidden', LISTS, JSON.stringify(seeded.auditor.session))
} finally {
  await browser.close()
  await server.kill()
  await folder.remove()
}

/** Makes the pictures of a state, as far as they are asked for. */
async function picture(state: State, pages: readonly Shown[], session?: string): Promise<void> {
  if (asked.guides || !asked.state.includes(state)) return
  const chosen = pages.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  await shoot(camera, chosen, state, session)
}

/** The pages of the guides, by the names of their pictures there. */
function forGuides(pages: readonly Shown[]): Shown[] {
  return pages.flatMap((page) => {
    const name = IN_GUIDES[page.name]
    return name === undefined ? [] : [{ ...page, name }]
  })
}
