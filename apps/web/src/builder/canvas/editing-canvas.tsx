import type { Place } from '@piecework/model/flow/kinds/kind'
import { ActionRequest } from '@piecework/model/flow/step-request'
import { findStep, stepNames, unusedNames } from '@piecework/model/flow/walk'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newPieceAction, newPieceTrigger } from '../add/new-step.ts'
import type { Choice } from '../add/rows.ts'
import { StepPicker } from '../add/step-picker.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { newBuiltIn } from '../steps/registry.ts'
import { isOwnPlace } from './clipboard.ts'
import type { CanvasActs, NoteChange } from './context.ts'
import { FlowCanvas } from './flow-canvas.tsx'
import { after } from './layout.ts'
import { branchMenu, stepMenu } from './menus.ts'
import { addedBranch, renamedBranch } from './router-edits.ts'
import { useCanvasKeys } from './use-canvas-keys.ts'
import { useStepActs } from './use-step-acts.ts'

/** The place that the open picker fills. */
type Asking = { anchor: Element } & (
  | { wants: 'action'; place: Place }
  | { wants: 'action'; replaces: string }
  | { wants: 'trigger' }
)

const cardOf = (name: string): Element => document.querySelector(`[data-step="${CSS.escape(name)}"]`) ?? document.body

/** The draft, to be edited. */
export function EditingCanvas({ target }: { target: { name: string } | undefined }) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const version = useBuilder((state) => state.version)
  const selection = useBuilder((state) => state.selection)
  const openStep = useBuilder((state) => state.openStep)
  const others = useBuilder((state) => state.others)
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const steps = useStepActs()
  const [asking, setAsking] = useState<Asking | null>(null)
  const [shown, setShown] = useState<{ name: string }>()

  const openOf = useCallback(
    (name: string | null): void => {
      const step = name === null ? undefined : findStep(builder.getState().version.trigger, name)
      if (step?.type === 'EMPTY' && !builder.getState().isReadOnly) {
        builder.select([step.name])
        setAsking({ anchor: cardOf(step.name), wants: 'trigger' })
      } else builder.open(name)
    },
    [builder],
  )

  const acts = useMemo(
    (): CanvasActs => ({
      add: (place, anchor) => setAsking({ anchor, wants: 'action', place }),
      replaceTrigger: (anchor) => setAsking({ anchor, wants: 'trigger' }),
      menuOf: (step) =>
        stepMenu({
          ...{ step, selection, acts: steps, t },
          open: () => openOf(step.name),
          replace: () => {
            const anchor = cardOf(step.name)
            const isTrigger = step.name === builder.getState().version.trigger.name
            setAsking(isTrigger ? { anchor, wants: 'trigger' } : { anchor, wants: 'action', replaces: step.name })
          },
          addAfter: () => setAsking({ anchor: cardOf(step.name), wants: 'action', place: after(step.name) }),
        }),
      branchMenuOf: (router, index) =>
        branchMenu({
          ...{ trigger: builder.getState().version.trigger, router, index, builder, t },
          rename: () => setRenamed(`${router}/${index}`),
        }),
      addBranch(router) {
        const step = findStep(builder.getState().version.trigger, router)
        if (step?.type === 'ROUTER') builder.apply(addedBranch(step, (number) => t('branch.numbered', { number })))
      },
      renameBranch(router, index, name) {
        const step = findStep(builder.getState().version.trigger, router)
        if (step?.type === 'ROUTER') builder.apply(renamedBranch(step, index, name))
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
    [builder, steps, selection, openOf, t],
  )
  const [renamed, setRenamed] = useState<string | null>(null)

  const addAfterChosen = useCallback(() => {
    const [name] = builder.getState().selection
    const at = name ?? builder.getState().version.trigger.name
    setAsking({ anchor: cardOf(at), wants: 'action', place: after(at) })
  }, [builder])
  useCanvasKeys({ steps, addAfterChosen })

  const choose = (choice: Exclude<Choice, { kind: 'piece' }>): void => {
    const { trigger } = builder.getState().version
    setAsking(null)
    if (!asking) return
    if (asking.wants === 'trigger') {
      if (choice.kind !== 'part') return
      builder.apply({ type: 'UPDATE_TRIGGER', request: newPieceTrigger(choice.piece, choice.part, trigger.name) })
      show(trigger.name)
      return
    }
    const name = 'replaces' in asking ? asking.replaces : unusedNames(stepNames(trigger))()
    const action =
      choice.kind === 'part'
        ? newPieceAction(choice.piece, choice.part, name)
        : newBuiltIn(choice.type, name, {
            displayName: t(`kind.${choice.type}`),
            branch: t('branch.numbered', { number: 1 }),
            fallback: t('branch.otherwise'),
          })
    const request = ActionRequest.parse(action)
    if ('replaces' in asking) builder.apply({ type: 'UPDATE_ACTION', request })
    else {
      const { parentStep, location: stepLocationRelativeToParent, branchIndex } = asking.place
      builder.apply({
        type: 'ADD_ACTION',
        request: { parentStep, stepLocationRelativeToParent, branchIndex, action: request },
      })
    }
    show(name)
  }
  const show = (name: string): void => {
    builder.open(name)
    setShown({ name })
  }

  return (
    <>
      <FlowCanvas
        version={version}
        selection={selection}
        openStep={openStep}
        onSelect={builder.select}
        onOpenStep={openOf}
        acts={isReadOnly ? undefined : acts}
        others={others}
        target={latest(target, shown)}
        renaming={renamed}
        onRenaming={setRenamed}
      />
      <StepPicker
        anchor={asking?.anchor ?? null}
        wants={asking?.wants ?? 'action'}
        onChoose={choose}
        onClose={() => setAsking(null)}
      />
    </>
  )
}

const order = new WeakMap<object, number>()
let count = 0
/** The one that came later. */
function latest<T extends object>(a: T | undefined, b: T | undefined): T | undefined {
  for (const one of [a, b]) if (one && !order.has(one)) order.set(one, ++count)
  if (!a || !b) return a ?? b
  return (order.get(a) ?? 0) > (order.get(b) ?? 0) ? a : b
}
