import { tokenSpans } from './expression-tokens.ts'
import { renamedExpression } from './rename-names.ts'
import type { RouterBranch } from './router.ts'
import type { Step } from './step.ts'

/** The inside of every `{{ ... }}` of a text. */
export function* tokensOf(text: string): Generator<string> {
  for (const { start, end } of tokenSpans(text)) yield text.slice(start, end)
}

/** Every text among the settings that may hold expressions. */
export function* textsOf(step: Step): Generator<string> {
  if (step.type === 'LOOP_ON_ITEMS') yield step.settings.items
  else if (step.type === 'ROUTER') {
    for (const branch of step.settings.branches) {
      if (branch.branchType === 'FALLBACK') continue
      for (const condition of branch.conditions.flat()) {
        yield condition.firstValue
        if (condition.secondValue !== undefined) yield condition.secondValue
      }
    }
  } else if (step.type !== 'EMPTY') yield* textsIn(step.settings.input)
}

/** Every text in a JSON value, however deep. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part)
}

/**
 * Replaces the settings of a step (a copy: see copyTree) with ones in which every text that may hold expressions
 * went through `change`.
 */
export function changeTexts(step: Step, change: (text: string) => string): void {
  switch (step.type) {
    case 'EMPTY':
      return
    case 'LOOP_ON_ITEMS':
      step.settings = { ...step.settings, items: change(step.settings.items) }
      return
    case 'ROUTER':
      step.settings = {
        ...step.settings,
        branches: step.settings.branches.map((branch) => changeBranch(branch, change)),
      }
      return
    case 'CODE':
      step.settings = { ...step.settings, input: changeMap(step.settings.input, change) }
      return
    case 'PIECE':
      step.settings = { ...step.settings, input: changeMap(step.settings.input, change) }
      return
    case 'PIECE_TRIGGER':
      step.settings = { ...step.settings, input: changeMap(step.settings.input, change) }
  }
}

function changeBranch(branch: RouterBranch, change: (text: string) => string): RouterBranch {
  if (branch.branchType === 'FALLBACK') return branch
  const conditions = branch.conditions.map((group) =>
    group.map((condition) => ({
      ...condition,
      firstValue: change(condition.firstValue),
      ...(condition.secondValue === undefined ? {} : { secondValue: change(condition.secondValue) }),
    })),
  )
  return { ...branch, conditions }
}

function changeMap(map: Record<string, unknown>, change: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, changeValue(value, change)]))
}

function changeValue(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => changeValue(item, change))
  if (typeof value === 'object' && value !== null) return changeMap({ ...value }, change)
  return value
}

/** The text with `change` applied to the inside of every `{{ ... }}`. */
export function changeTokens(text: string, change: (token: string) => string): string {
  let changed = ''
  let done = 0
  for (const { start, end } of tokenSpans(text)) {
    changed += text.slice(done, start) + change(text.slice(start, end))
    done = end
  }
  return done === 0 ? text : changed + text.slice(done)
}

/** The text with references to steps renamed inside its expressions. */
export function renameInText(text: string, names: ReadonlyMap<string, string>): string {
  return changeTokens(text, (token) => renamedExpression(token, names))
}

/** A branch with references to steps renamed in its conditions. */
export const renameInBranch = (branch: RouterBranch, names: ReadonlyMap<string, string>): RouterBranch =>
  changeBranch(branch, (text) => renameInText(text, names))

/** Renames references to steps in everything of a step that may hold expressions. */
export function renameReferences(step: Step, names: ReadonlyMap<string, string>): void {
  changeTexts(step, (text) => renameInText(text, names))
}
