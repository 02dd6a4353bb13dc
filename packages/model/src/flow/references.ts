import { tokenSpans } from './expression-tokens.ts'
import { kindOf } from './kinds/registry.ts'
import { renamedExpression } from './rename-names.ts'
import { changeBranch, type RouterBranch } from './router.ts'
import type { Step } from './step.ts'

/** The inside of every `{{ ... }}` of a text. */
export function* tokensOf(text: string): Generator<string> {
  for (const { start, end } of tokenSpans(text)) yield text.slice(start, end)
}

/** Every text among the settings that may hold expressions. */
export const textsOf = (step: Step): Iterable<string> => kindOf(step).texts(step)

/**
 * Replaces the settings of a step (a copy: see copyTree) with ones in which every text that may hold expressions
 * went through `change`.
 */
export function changeTexts(step: Step, change: (text: string) => string): void {
  kindOf(step).changeTexts(step, change)
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
