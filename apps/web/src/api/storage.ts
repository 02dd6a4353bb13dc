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

/** Calls back when another tab changes the value. */
export function onStored(name: string, changed: (value: string | null) => void): void {
  addEventListener('storage', (event) => {
    if (event.key !== PREFIX + name) return
    untaken.delete(name)
    changed(event.newValue)
  })
}
