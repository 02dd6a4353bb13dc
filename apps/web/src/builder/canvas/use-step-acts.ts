import type { Place } from '@piecework/model/flow/kinds/kind'
import type { Step, Trigger } from '@piecework/model/flow/step'
import { findStep, isAction, walk } from '@piecework/model/flow/walk'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { notify } from '../../ui/toast.tsx'
import type { Builder } from '../state/builder.ts'
import { useBuilderStore } from '../state/provider.tsx'
import { actionsOfText, clipboardText, pasteOperations, topmost } from './clipboard.ts'
import { after } from './reading-order.ts'

/** The actions on steps of the draft. */
export interface StepActs {
  remove(names: readonly string[]): void
  duplicate(names: readonly string[]): void
  toggleSkip(names: readonly string[]): void
  copyText(names: readonly string[]): string | undefined
  copy(names: readonly string[]): Promise<void>
  paste(text: string, place: Place): void
  pasteFromClipboard(place: Place): Promise<void>
}

export function useStepActs(): StepActs {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  return useMemo(() => {
    const trigger = (): Trigger => builder.getState().version.trigger
    const acts: StepActs = {
      remove(names) {
        const actions = names.filter((name) => isActionOf(trigger(), name))
        if (actions.length === 0) return
        const before = previousOf(trigger(), actions)
        if (!builder.apply({ type: 'DELETE_ACTION', request: { names: actions } })) return
        builder.select(before === undefined ? [] : [before])
        notify({
          text: t('done.deleted', { count: actions.length }),
          action: { label: t('undo'), run: () => builder.undo() },
        })
      },
      duplicate(names) {
        const steps = topmost(trigger(), names)
        builder.apply(steps.map(({ name }) => ({ type: 'DUPLICATE_ACTION', request: { stepName: name } })))
      },
      toggleSkip(names) {
        const steps = names.map((name) => findStep(trigger(), name)).filter((step) => step && isAction(step))
        if (steps.length === 0) return
        const skip = steps.some((step) => !isSkipped(step))
        const request = { names: steps.flatMap((step) => (step ? [step.name] : [])), skip }
        builder.apply({ type: 'SET_SKIP_ACTION', request })
      },
      copyText(names) {
        const actions = topmost(trigger(), names)
        return actions.length > 0 ? clipboardText(actions) : undefined
      },
      async copy(names) {
        const text = acts.copyText(names)
        if (text === undefined) return
        await navigator.clipboard.writeText(text).then(
          () => notify({ text: t('done.copied') }),
          () => notify({ text: t('done.noClipboard'), kind: 'failed' }),
        )
      },
      paste(text, place) {
        const actions = actionsOfText(text)
        if (!actions) return
        pasteInto(builder, actions, place)
      },
      async pasteFromClipboard(place) {
        const text = await navigator.clipboard.readText().catch(() => '')
        if (actionsOfText(text)) acts.paste(text, place)
        else notify({ text: t('done.nothingToPaste'), kind: 'failed' })
      },
    }
    return acts
  }, [builder, t])
}

function pasteInto(builder: Builder, actions: Parameters<typeof pasteOperations>[1], place: Place): void {
  const { operations, names } = pasteOperations(builder.getState().version.trigger, actions, place)
  if (builder.apply(operations)) builder.select(names)
}

const isSkipped = (step: Step | undefined): boolean => step !== undefined && 'skip' in step && step.skip === true

const isActionOf = (trigger: Trigger, name: string): boolean => {
  const step = findStep(trigger, name)
  return step !== undefined && isAction(step)
}

/** The step that is read before the first of some. */
function previousOf(trigger: Trigger, names: readonly string[]): string | undefined {
  let before: string | undefined
  for (const step of walk(trigger)) {
    if (names.includes(step.name)) return before
    before = step.name
  }
  return before
}

/** Pasted steps go behind the chosen steps, or behind the last one of the flow. */
export function placeOfPaste(trigger: Trigger, selection: readonly string[]): Place {
  const chosen = [...walk(trigger)].filter(({ name }) => selection.includes(name))
  const last = topmost(trigger, selection).at(-1)?.name ?? chosen.at(-1)?.name
  if (last !== undefined) return after(last)
  let end: Step = trigger
  while (end.nextAction) end = end.nextAction
  return after(end.name)
}
