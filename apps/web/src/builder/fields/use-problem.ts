import type { FieldProblem } from '@piecework/model/flow/piece-step'
import { useTranslation } from 'react-i18next'
import { useStep } from './step-context.ts'

/** The problem at a path of the input, in the words of the model. */
export const problemAt = (problems: readonly FieldProblem[], path: string): string | undefined =>
  problems.find(({ field }) => field === path)?.message

const REQUIRED = 'is required'

/**
 * @returns the problem with the value of a field.
 * @param isTouched an empty field that nobody has come to yet does not complain
 */
export function useProblem(path: string, isTouched: boolean): string | undefined {
  const { t } = useTranslation('fields')
  const { problems, refused } = useStep()
  if (refused?.path === path) return t('problem.other', { message: refused.reason })
  const message = problemAt(problems, path)
  if (message === undefined) return undefined
  if (message.startsWith(REQUIRED)) return isTouched ? t('problem.required') : undefined
  return t('problem.other', { message })
}
