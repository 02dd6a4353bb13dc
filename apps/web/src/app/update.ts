import { readStored, store } from '../api/storage.ts'

/** Which build wanted a file that could not be had. */
const MISSED = 'missed'

let wasUpdated = false

/** Whether the page was loaded again because of an update; true once. */
export function takeUpdate(): boolean {
  const taken = wasUpdated
  wasUpdated = false
  return taken
}

/** The script of the build that a page is made of. */
const buildOf = (page: Document): string | null =>
  page.querySelector<HTMLScriptElement>('script[type=module][src]')?.getAttribute('src') ?? null

/** The build that the server has now; null while it does not answer. */
async function currentBuild(): Promise<string | null> {
  try {
    const answer = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' })
    return answer.ok ? buildOf(new DOMParser().parseFromString(await answer.text(), 'text/html')) : null
  } catch {
    return null
  }
}

/**
 * After an update of the server, the files of an old page are gone: then the page is loaded again, once, and says so. A
 * server that does not answer is no reason: the page stays.
 */
export function startUpdates(): void {
  const mine = buildOf(document)
  const missed = readStored(MISSED, 'tab')
  store(MISSED, null, 'tab')
  wasUpdated = missed !== null && missed !== mine
  addEventListener('vite:preloadError', () => {
    store(MISSED, mine, 'tab')
    void currentBuild().then((theirs) => {
      if (theirs !== null && theirs !== mine) location.reload()
    })
  })
}
