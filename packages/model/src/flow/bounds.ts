import { isRaw, mapSteps, type Raw } from './migrations/raw.ts'
import { textsIn } from './texts.ts'

/** How long the texts of a flow may be that come in. Longer ones of earlier versions stay readable. */
export const MAX_DISPLAY_NAME = 1000
export const MAX_STEP_NAME = 255
export const MAX_NOTE = 50_000
/** Each is read by a parser whenever the flow is saved: more would hold up everybody else. */
export const MAX_EXPRESSIONS = 20_000

/** More are not listed. */
const MAX_LISTED = 20

/** The texts of an imported flow that are too long, each with the name of its field. */
export function excessOf(content: Raw): string[] {
  const found: string[] = []
  const check = (field: string, value: unknown, max: number): void => {
    if (typeof value === 'string' && value.length > max && found.length < MAX_LISTED)
      found.push(`${field} must have at most ${max} characters, and has ${value.length}`)
  }
  check('displayName', content.displayName, MAX_DISPLAY_NAME)
  if (Array.isArray(content.notes))
    for (const [index, note] of content.notes.entries())
      if (isRaw(note)) check(`content of note ${index + 1}`, note.content, MAX_NOTE)
  let expressions = 0
  mapSteps(content, (step) => {
    const which = `step ${String(step.name).slice(0, MAX_STEP_NAME)}`
    check(`name of ${which}`, step.name, MAX_STEP_NAME)
    check(`displayName of ${which}`, step.displayName, MAX_DISPLAY_NAME)
    const settings = isRaw(step.settings) ? step.settings : {}
    for (const branch of Array.isArray(settings.branches) ? settings.branches : [])
      if (isRaw(branch)) check(`branchName of ${which}`, branch.branchName, MAX_DISPLAY_NAME)
    expressions += expressionsIn(settings)
    return step
  })
  if (expressions > MAX_EXPRESSIONS)
    found.push(`the steps must have at most ${MAX_EXPRESSIONS} expressions ({{ }}), and have ${expressions}`)
  return found
}

/** The number of expressions that begin in the texts of a value. */
export function expressionsIn(value: unknown): number {
  let count = 0
  for (const text of textsIn(value))
    for (let at = text.indexOf('{{'); at !== -1; at = text.indexOf('{{', at + 2)) count++
  return count
}
