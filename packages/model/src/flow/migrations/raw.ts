/** Flow content of an older schema, with unknown shape: migrations must not change what they do not know. */
export type Raw = Record<string, unknown>

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The map under a key, or an empty one. */
export function rawAt(value: Raw, key: string): Raw {
  const found = value[key]
  return isRaw(found) ? found : {}
}

/** The map without some of its keys. */
export function without(value: Raw, ...keys: string[]): Raw {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}

/**
 * The keys with which a step of any schema links to others. `onSuccessAction` and `onFailureAction` are of schema 0.
 */
const LINKS = ['nextAction', 'firstLoopAction', 'onSuccessAction', 'onFailureAction']

/** The content with `change` applied to each of its steps, outermost first. The input is not changed. */
export function mapSteps(content: Raw, change: (step: Raw) => Raw): Raw {
  if (!isRaw(content.trigger)) return content
  const trigger = { ...change(content.trigger) }
  const pending: Raw[] = [trigger]
  const take = (value: unknown): unknown => {
    if (!isRaw(value)) return value
    const step = { ...change(value) }
    pending.push(step)
    return step
  }
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const key of LINKS) if (key in step) step[key] = take(step[key])
    if (Array.isArray(step.children)) step.children = step.children.map(take)
  }
  return { ...content, trigger }
}

/** mapSteps for the PIECE steps whose piece (and action) match; `change` gets and gives their settings. */
export function mapPieceSettings(
  content: Raw,
  match: { pieceName: string; actionName?: string },
  change: (settings: Raw) => Raw,
): Raw {
  return mapSteps(content, (step) => {
    const settings = rawAt(step, 'settings')
    const matches =
      step.type === 'PIECE' &&
      settings.pieceName === match.pieceName &&
      (match.actionName === undefined || settings.actionName === match.actionName)
    return matches ? { ...step, settings: change(settings) } : step
  })
}

/** How many steps follow or hold one another in a raw tree, at most `limit + 1` (then it stops counting). */
export function rawDepth(trigger: unknown, limit: number): number {
  let deepest = 0
  const pending: { step: unknown; depth: number }[] = [{ step: trigger, depth: 1 }]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const { step, depth } = entry
    if (!isRaw(step)) continue
    deepest = Math.max(deepest, depth)
    if (deepest > limit) return deepest
    for (const key of LINKS) pending.push({ step: step[key], depth: depth + 1 })
    if (Array.isArray(step.children)) for (const child of step.children) pending.push({ step: child, depth: depth + 1 })
  }
  return deepest
}
