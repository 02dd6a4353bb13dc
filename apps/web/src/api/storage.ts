/**
 * The storage of the browser, which may be full, forbidden or changed by hand: what it does not take lives as long as the
 * page.
 */
const untaken = new Map<string, string | null>()
const PREFIX = 'piecework.'

/** For all tabs, or for this one as long as it is open. */
type Scope = 'browser' | 'tab'

const storageOf = (scope: Scope): Storage => (scope === 'tab' ? sessionStorage : localStorage)

export function readStored(name: string, scope: Scope = 'browser'): string | null {
  writeDue()
  const known = untaken.get(name)
  if (known !== undefined) return known
  try {
    return storageOf(scope).getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** @param value null removes it. */
export function store(name: string, value: string | null, scope: Scope = 'browser'): void {
  try {
    if (value === null) storageOf(scope).removeItem(PREFIX + name)
    else storageOf(scope).setItem(PREFIX + name, value)
    untaken.delete(name)
  } catch {
    untaken.set(name, value)
  }
}

const LATEST_MS = 250
const due = new Map<string, { textOf(): string | null; scope: Scope }>()
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Puts a value into the storage a moment later, and before the page goes: for what changes at each key, as writing takes
 * as long as drawing.
 * @param textOf makes the value then; null removes it
 */
export function storeSoon(name: string, textOf: () => string | null, scope: Scope): void {
  due.set(name, { textOf, scope })
  timer ??= setTimeout(writeDue, LATEST_MS)
}

function writeDue(): void {
  clearTimeout(timer)
  timer = undefined
  for (const [name, { textOf, scope }] of due) store(name, textOf(), scope)
  due.clear()
}

addEventListener('pagehide', writeDue)

/** Calls back when another tab changes the value. */
export function onStored(name: string, changed: (value: string | null) => void): void {
  addEventListener('storage', (event) => {
    if (event.key !== PREFIX + name) return
    untaken.delete(name)
    changed(event.newValue)
  })
}
