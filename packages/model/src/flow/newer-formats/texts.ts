import { isRaw, type Raw } from '../migrations/raw.ts'

/** The settings in which a step may have expressions, as opposed to code, pictures and the state of a form. */
const WITH_EXPRESSIONS = ['input', 'items', 'branches', 'text', 'question']

/** The settings of a step with `change` applied to every text that may hold expressions. */
export function mapTexts(settings: Raw, change: (text: string) => string): Raw {
  const changed = { ...settings }
  for (const key of WITH_EXPRESSIONS) if (key in settings) changed[key] = mapped(settings[key], change)
  return changed
}

/** Every text of the settings of a step that may hold expressions. */
export function* textsOfSettings(settings: Raw): Generator<string> {
  const pending: unknown[] = WITH_EXPRESSIONS.map((key) => settings[key])
  for (let value = pending.pop(); value !== undefined || pending.length > 0; value = pending.pop()) {
    if (typeof value === 'string') yield value
    else if (Array.isArray(value)) pending.push(...value.filter(isSomething))
    else if (isRaw(value)) pending.push(...Object.values(value).filter(isSomething))
  }
}

const isSomething = (value: unknown): boolean => value !== undefined && value !== null

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapped(item, change))
  if (!isRaw(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, change)]))
}
