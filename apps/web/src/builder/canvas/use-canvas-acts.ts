import { isRouter } from '@piecework/model/flow/kinds/router'
import { findStep } from '@piecework/model/flow/walk'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useBuilderStore } from '../state/provider.tsx'
import { type Asking, cardOf } from './asking.ts'
import { isOwnPlace } from './clipboard.ts'
import type { CanvasActs, NoteChange } from './context.ts'
import { branchMenu, stepMenu } from './menus.ts'
import { after } from './reading-order.ts'
import { addedBranch, renamedBranch } from './router-edits.ts'
import type { StepActs } from './use-step-acts.ts'

interface ActsOptions {
  steps: StepActs
  selection: readonly string[]
  /** Asks which step goes to a place. */
  ask(asking: Asking): void
  open(name: string): void
  /** Begins to rename a branch, given as `router/0`. */
  rename(branch: string): void
}

/** The actions on the canvas of a draft. */
export function useCanvasActs({ steps, selection, ask, open, rename }: ActsOptions): CanvasActs {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  return useMemo(
    (): CanvasActs => ({
      add: (place, anchor) => ask({ anchor, wants: 'action', place }),
      replaceTrigger: (anchor) => ask({ anchor, wants: 'trigger' }),
      menuOf: (step) =>
        stepMenu({
          ...{ step, selection, acts: steps, t },
          open: () => open(step.name),
          replace: () => {
            const anchor = cardOf(step.name)
            const isTrigger = step.name === builder.getState().version.trigger.name
            ask(isTrigger ? { anchor, wants: 'trigger' } : { anchor, wants: 'action', replaces: step.name })
          },
          addAfter: () => ask({ anchor: cardOf(step.name), wants: 'action', place: after(step.name) }),
        }),
      branchMenuOf: (router, index) =>
        branchMenu({
          ...{ trigger: builder.getState().version.trigger, router, index, builder, t },
          rename: () => rename(`${router}/${index}`),
        }),
      addBranch(router) {
        const step = findStep(builder.getState().version.trigger, router)
        if (step && isRouter(step)) builder.apply(addedBranch(step, (number) => t('branch.numbered', { number })))
      },
      renameBranch(router, index, name) {
        const step = findStep(builder.getState().version.trigger, router)
        if (step && isRouter(step)) builder.apply(renamedBranch(step, index, name))
      },
      move(name, place) {
        if (isOwnPlace(builder.getState().version.trigger, name, place)) return
        const { parentStep: newParentStep, location: stepLocationRelativeToNewParent, branchIndex } = place
        builder.apply({
          type: 'MOVE_ACTION',
          request: { name, newParentStep, stepLocationRelativeToNewParent, branchIndex },
        })
      },
      updateNote(id, change: NoteChange) {
        const note = builder.getState().version.notes.find((other) => other.id === id)
        if (!note) return
        const { content, color, position, size } = { ...note, ...change }
        builder.apply({ type: 'UPDATE_NOTE', request: { id, content, color, position, size } })
      },
      deleteNote: (id) => void builder.apply({ type: 'DELETE_NOTE', request: { id } }),
    }),
    [builder, steps, selection, ask, open, rename, t],
  )
}
