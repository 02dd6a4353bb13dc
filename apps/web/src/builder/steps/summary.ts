import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { RouterBranch } from '@piecework/model/flow/router'
import type { Step } from '@piecework/model/flow/step'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import { plain, type Texts } from './kinds/kind.ts'
import { lookupIn, type Pieces, partOf } from './pieces.ts'

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
  const used = kindOf(step).piece(step)
  if (used && !lookupIn(pieces)(used.pieceName, used.pieceVersion))
    return pieces.size > 0 && !pieces.has(used.pieceName)
      ? t('step.noPiece', { name: used.pieceName })
      : t('step.incomplete')
  for (const problem of kindOf(step).problems(step, lookupIn(pieces))) {
    if (problem.branchIndex !== undefined) return t('step.branchOpen', { name: problem.field.replace(/^branch /, '') })
    return `${labelOf(partOf(step, pieces), problem.field, t)} ${problem.message}`
  }
  return t('step.incomplete')
}

/** The name of a field of a step, as its settings show it. */
export const labelOf = (part: ActionMetadata | TriggerMetadata | undefined, field: string, t: Texts): string =>
  part?.props[field]?.displayName ?? ownLabelOf(field, t)

/** The last key tells what it is: the server gives the way to it, too. */
function ownLabelOf(field: string, t: Texts): string {
  switch (field.split('.').at(-1)) {
    case 'auth':
      return t('step.connection')
    case 'items':
      return t('step.items')
    case 'branchName':
      return t('branch.name')
    default:
      return field
  }
}
