import type { EmptyTrigger } from '@piecework/model/flow/step'
import { Zap } from 'lucide-react'
import { defineKind } from './kind.ts'

export const empty = defineKind<EmptyTrigger>('EMPTY', {
  icon: Zap,
  summary: (_, { t }) => t('step.chooseTrigger'),
  hasNoOutput: true,
})
