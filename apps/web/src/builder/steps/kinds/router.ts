import type { RouterAction } from '@piecework/model/flow/step'
import { GitFork } from 'lucide-react'
import { defineKind } from './kind.ts'

export const router = defineKind<RouterAction>('ROUTER', {
  icon: GitFork,
  make: (base, t) => ({
    ...base,
    valid: false,
    type: 'ROUTER',
    settings: {
      executionType: 'EXECUTE_FIRST_MATCH',
      branches: [
        {
          branchType: 'CONDITION',
          branchName: t('branch.numbered', { number: 1 }),
          conditions: [[{ firstValue: '', operator: 'TEXT_CONTAINS', secondValue: '', caseSensitive: false }]],
        },
        { branchType: 'FALLBACK', branchName: t('branch.otherwise') },
      ],
    },
  }),
  summary: ({ settings }, { t }) => t(`step.${settings.executionType}`),
  frame: ({ settings: { branches, executionType } }) => ({
    kind: 'router',
    branches,
    title: (t) => t(`step.${executionType}`),
  }),
  hasNoOutput: true,
})
