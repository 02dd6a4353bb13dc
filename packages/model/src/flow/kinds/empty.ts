import type { EmptyTrigger } from '../step.ts'
import { defineKind } from './kind.ts'

/** A trigger that is not chosen yet. */
export const empty = defineKind<EmptyTrigger>('EMPTY', {
  validate: () => ({ valid: false }),
  problems: () => [{ field: 'trigger', message: 'is not chosen' }],
})
