import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { RouterBranch } from '@piecework/model/flow/router'
import type { Step } from '@piecework/model/flow/step'
import type { TFunction } from 'i18next'
import { lookupIn, type Pieces, partOf } from './pieces.ts'

type Texts = TFunction<'builder'>

/** Describes a step in one line, from its settings. */
export function summaryOf(step: Step, pieces: Pieces, t: Texts): string {
  switch (step.type) {
    case 'EMPTY':
      return t('step.chooseTrigger')
    case 'LOOP_ON_ITEMS':
      return step.settings.items ? t('step.forEach', { items: plain(step.settings.items) }) : t('step.loopOpen')
    case 'ROUTER':
      return t(`step.${step.settings.executionType}`)
    case 'CODE':
      return firstComment(step.settings.sourceCode.code) ?? inputNames(step.settings.input) ?? t('step.code')
    case 'PIECE':
    case 'PIECE_TRIGGER': {
      const call = callOf(step.settings.input)
      return call ?? partOf(step, pieces)?.displayName ?? step.settings.pieceName
    }
  }
}

/** Expressions as people read them: without braces. */
export const plain = (text: string): string => text.replaceAll(/\{\{\s*(.*?)\s*\}\}/g, '$1')

/** `POST api.example.com/orders`, of whatever has an address. */
function callOf({ method, url }: Record<string, unknown>): string | undefined {
  if (typeof url !== 'string' || url === '') return undefined
  const address = plain(url.replace(/^https?:\/\//, ''))
  return typeof method === 'string' ? `${method} ${address}` : address
}

const firstComment = (code: string): string | undefined => /^\s*\/\/\s*(.+)/.exec(code)?.[1]?.trim()

const inputNames = (input: Record<string, unknown>): string | undefined => {
  const names = Object.keys(input)
  return names.length > 0 ? names.join(', ') : undefined
}

/** Describes the condition of a branch in a few words. */
export function conditionOf(branch: RouterBranch, t: Texts): string {
  if (branch.branchType === 'FALLBACK') return ''
  const [first, ...more] = branch.conditions.flat()
  if (!first?.firstValue) return ''
  const { firstValue, operator, secondValue } = first
  const name = lastKey(plain(firstValue))
  const text = operator ? `${name} ${t(`operator.${operator}`)} ${plain(secondValue ?? '')}` : name
  return more.length > 0 ? `${text.trim()} …` : text.trim()
}

const lastKey = (path: string): string => /([\w$]+)(?:'\])?$/.exec(path)?.[1] ?? path

/** Why a step is not ready to run: the first thing to do about it. */
export function problemOf(step: Step, pieces: Pieces, t: Texts): string | undefined {
  if (step.valid) return undefined
  if (step.type === 'EMPTY') return t('step.chooseTrigger')
  if (
    (step.type === 'PIECE' || step.type === 'PIECE_TRIGGER') &&
    !lookupIn(pieces)(step.settings.pieceName, step.settings.pieceVersion)
  )
    return pieces.size > 0 && !pieces.has(step.settings.pieceName)
      ? t('step.noPiece', { name: step.settings.pieceName })
      : t('step.incomplete')
  for (const problem of kindOf(step).problems(step, lookupIn(pieces))) {
    if (problem.branchIndex !== undefined) return t('step.branchOpen', { name: problem.field.replace(/^branch /, '') })
    const label = partOf(step, pieces)?.props[problem.field]?.displayName ?? fieldName(problem.field, t)
    return `${label} ${problem.message}`
  }
  return t('step.incomplete')
}

const fieldName = (field: string, t: Texts): string =>
  field === 'auth' ? t('step.connection') : field === 'items' ? t('step.items') : field
