import { isAction, walk } from '@piecework/model/flow/walk'
import { CopyPlus, ListChecks, Plus, Redo2, SkipForward, Trash2, Undo2 } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useActions } from '../../app/actions.ts'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import type { BuilderState } from '../state/screen.ts'
import { actionsOfText } from './clipboard.ts'
import { useActedOn } from './use-acted-on.ts'
import { placeOfPaste, type StepActs } from './use-step-acts.ts'

interface CanvasKeys {
  steps: StepActs
  /** Asks for a step to go after another one. */
  addAfter(name: string): void
}

/** Offers the actions on the steps that are meant as shortcuts and in the command palette. */
export function useCanvasKeys({ steps, addAfter }: CanvasKeys): void {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const canUndo = useBuilder((state) => state.canUndo)
  const canRedo = useBuilder((state) => state.canRedo)
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const { chosen, hasChosen } = useActedOn()
  useActions(
    useMemo(() => {
      const group = t('title')
      const locked = isReadOnly ? t('refusal.readOnly') : undefined
      const nothing = locked ?? (hasChosen ? undefined : t('refusal.nothingChosen'))
      const act = (id: string, label: string, run: () => void, refusal: string | undefined) => ({
        ...{ id: `builder.${id}`, group, label, run, refusal },
      })
      return [
        {
          ...act('undo', t('undo'), builder.undo, canUndo ? locked : t('refusal.nothing')),
          icon: Undo2,
          shortcut: 'mod+z',
        },
        {
          ...act('redo', t('redo'), builder.redo, canRedo ? locked : t('refusal.nothing')),
          icon: Redo2,
          shortcut: 'mod+shift+z',
        },
        {
          ...act('selectAll', t('menu.selectAll'), () => builder.select(actionsIn(builder.getState())), undefined),
          icon: ListChecks,
          shortcut: 'mod+a',
        },
        {
          ...act(
            'add',
            t('menu.addAfter'),
            () => addAfter(chosen()[0] ?? builder.getState().version.trigger.name),
            locked,
          ),
          icon: Plus,
          shortcut: 'a',
        },
        {
          ...act('duplicate', t('menu.duplicate'), () => steps.duplicate(chosen()), nothing),
          icon: CopyPlus,
          shortcut: 'mod+d',
        },
        {
          ...act('skip', t('menu.skip'), () => steps.toggleSkip(chosen()), nothing),
          icon: SkipForward,
          shortcut: 'mod+e',
        },
        {
          ...act('delete', t('menu.delete', { count: 1 }), () => steps.remove(chosen()), nothing),
          icon: Trash2,
          shortcut: 'delete',
        },
      ]
    }, [builder, steps, addAfter, chosen, canUndo, canRedo, isReadOnly, hasChosen, t]),
  )
  // The browser's own copying and pasting: it needs no permission.
  useEffect(() => {
    const copy = (event: ClipboardEvent): void => {
      if (isInText(event.target) || !getSelection()?.isCollapsed) return
      const text = steps.copyText(chosen())
      if (text === undefined) return
      event.clipboardData?.setData('text/plain', text)
      event.preventDefault()
    }
    const paste = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData('text/plain') ?? ''
      const { isReadOnly: isLocked, version } = builder.getState()
      if (isInText(event.target) || isLocked || !actionsOfText(text)) return
      event.preventDefault()
      steps.paste(text, placeOfPaste(version.trigger, chosen()))
    }
    document.addEventListener('copy', copy)
    document.addEventListener('paste', paste)
    return () => {
      document.removeEventListener('copy', copy)
      document.removeEventListener('paste', paste)
    }
  }, [builder, steps, chosen])
}

const actionsIn = ({ version }: BuilderState): string[] =>
  [...walk(version.trigger)].filter(isAction).map(({ name }) => name)

const isInText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, [contenteditable="true"]') !== null
