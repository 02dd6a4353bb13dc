import type { Action, Step } from '@piecework/model/flow/step'
import type { ActionRequest } from '@piecework/model/flow/step-request'
import { Code, GitFork, type LucideIcon, Repeat, Zap } from 'lucide-react'

interface StepKind {
  icon?: LucideIcon
}

/** How each kind of step looks; steps of pieces have the logo of their piece. */
export const STEP_KINDS = {
  EMPTY: { icon: Zap },
  PIECE_TRIGGER: {},
  CODE: { icon: Code },
  LOOP_ON_ITEMS: { icon: Repeat },
  ROUTER: { icon: GitFork },
  PIECE: {},
} as const satisfies Record<Step['type'], StepKind>

export const iconOf = (type: Step['type']): LucideIcon | undefined => {
  const kind: StepKind = STEP_KINDS[type]
  return kind.icon
}

export type BuiltIn = Exclude<Action['type'], 'PIECE'>
export const BUILT_IN: readonly BuiltIn[] = ['CODE', 'LOOP_ON_ITEMS', 'ROUTER']

const STARTER_CODE = `export const code = async (inputs) => {
  return true
}
`

/** A new built-in step. @param names words for people, in their language */
export function newBuiltIn(
  type: BuiltIn,
  name: string,
  names: { displayName: string; branch: string; fallback: string },
): ActionRequest {
  const base = { name, displayName: names.displayName, valid: false }
  switch (type) {
    case 'CODE':
      return {
        ...base,
        valid: true,
        type,
        settings: { sourceCode: { code: STARTER_CODE, packageJson: '{}' }, input: {} },
      }
    case 'LOOP_ON_ITEMS':
      return { ...base, type, settings: { items: '' } }
    case 'ROUTER':
      return {
        ...base,
        type,
        settings: {
          executionType: 'EXECUTE_FIRST_MATCH',
          branches: [
            {
              branchType: 'CONDITION',
              branchName: names.branch,
              conditions: [[{ firstValue: '', operator: 'TEXT_CONTAINS', secondValue: '', caseSensitive: false }]],
            },
            { branchType: 'FALLBACK', branchName: names.fallback },
          ],
        },
      }
  }
}
