/** Which wait for a step is the last one: a new one ends those before. */
let wait = 0
const FRAMES = { most: 40, steady: 3 }

/**
 * Steps out of view are not drawn: the focus waits until the one is there. A panel that closes at the same time takes
 * the focus with it, so that it is given again until it stays, or until the next key or click: that may open something
 * that wants the focus for itself.
 */
export function focusSoon(place: HTMLElement | null, name: string): void {
  const own = ++wait
  let steady = 0
  let frames = 0
  const acts = new AbortController()
  const end = (): void => acts.abort()
  for (const act of ['keydown', 'pointerdown'])
    document.addEventListener(act, end, { capture: true, signal: acts.signal })
  const look = (): void => {
    if (acts.signal.aborted) return
    const button = place?.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"]`)
    steady = button && document.activeElement === button ? steady + 1 : 0
    if (own !== wait || steady >= FRAMES.steady || frames++ > FRAMES.most) {
      end()
      return
    }
    button?.focus({ preventScroll: true })
    requestAnimationFrame(look)
  }
  look()
}
