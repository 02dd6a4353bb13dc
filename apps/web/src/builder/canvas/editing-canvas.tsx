import { findStep } from '@piecework/model/flow/walk'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StepPicker } from '../add/step-picker.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { type Asking, type Chosen, cardOf, put } from './asking.ts'
import { FlowCanvas } from './flow-canvas.tsx'
import { after } from './reading-order.ts'
import { useCanvasActs } from './use-canvas-acts.ts'
import { useCanvasKeys } from './use-canvas-keys.ts'
import { useStepActs } from './use-step-acts.ts'

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

  const [renamed, setRenamed] = useState<string | null>(null)
  const acts = useCanvasActs({ steps, selection, ask: setAsking, open: openOf, rename: setRenamed })

  const addAfter = useCallback(
    (name: string) => setAsking({ anchor: cardOf(name), wants: 'action', place: after(name) }),
    [],
  )
  useCanvasKeys({ steps, addAfter })

  const choose = (chosen: Chosen): void => {
    setAsking(null)
    const name = asking ? put(chosen, asking, builder, t) : undefined
    if (name === undefined) return
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
