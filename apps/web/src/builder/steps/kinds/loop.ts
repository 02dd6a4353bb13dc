import type { LoopAction } from '@piecework/model/flow/step'
import { Repeat } from 'lucide-react'
import { defineKind, plain } from './kind.ts'

export const loop = defineKind<LoopAction>('LOOP_ON_ITEMS', {
  icon: Repeat,
  make: (base) => ({ ...base, valid: false, type: 'LOOP_ON_ITEMS', settings: { items: '' } }),
  summary: ({ settings: { items } }, { t }) =>
    items ? t('step.forEach', { items: plain(items) }) : t('step.loopOpen'),
  frame: () => ({ kind: 'loop', title: (t) => t('step.eachItem') }),
  firstOutput({ settings }, evaluate) {
    const items = evaluate(settings.items)
    return Array.isArray(items) && items.length > 0 ? { item: items[0], index: 1 } : undefined
  },
})
