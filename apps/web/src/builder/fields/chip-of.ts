import type { Step } from '@piecework/model/flow/step'
import { valueText } from '../../ui/value-rows.ts'
import { evaluateText, type Sample } from '../data/evaluate.ts'
import { pathText, readReference } from '../data/reference.ts'
import type { Chip } from './expression-editor.ts'

/** How the inside of `{{ }}` is shown: undefined for what is more than a reference to a step. */
export function chipOf(
  token: string,
  steps: ReadonlyMap<string, Step>,
  samples: (step: string) => Sample | undefined,
): Chip | undefined {
  const reference = readReference(token)
  if (!reference) return undefined
  const step = steps.get(reference.step)
  if (!step) return isMissingStep(reference.step) ? broken(reference.step, pathText(reference.path)) : undefined
  const result = evaluateText(`{{${token}}}`, samples)
  return {
    name: step.displayName,
    path: `${pathText(reference.path)}${reference.isEach ? ' (all)' : ''}`,
    title: result.kind === 'value' ? valueText(result.value) : '',
    // The step exists, and does not run before this one.
    isBroken: samples(reference.step) === undefined,
  }
}

/** Names that steps are given by themselves; others may be names of the language. */
const isMissingStep = (name: string): boolean => /^step_\d+$/.test(name)

const broken = (name: string, path: string): Chip => ({ name, path, title: '', isBroken: true })
