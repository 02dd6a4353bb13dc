const KEY = 'piecework.next'

/** Keeps the page that was asked for while the person is at an identity provider. */
export function keepNext(next: string | undefined): void {
  try {
    if (next === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, next)
  } catch {
    // Without storage the person comes to the first page.
  }
}

/** @returns the page that was kept, once. */
export function takeNext(): string | undefined {
  try {
    const next = sessionStorage.getItem(KEY) ?? undefined
    sessionStorage.removeItem(KEY)
    return next
  } catch {
    return undefined
  }
}
