import type { Place } from '@piecework/model/flow/kinds/kind'
import { isRouter } from '@piecework/model/flow/kinds/router'
import type { Step, Trigger } from '@piecework/model/flow/step'
import { findStep, isAction } from '@piecework/model/flow/walk'
import type { TFunction } from 'i18next'
import {
  ClipboardPaste,
  Copy,
  CopyPlus,
  MoveLeft,
  MoveRight,
  Pencil,
  Plus,
  Replace,
  Settings2,
  SkipForward,
  Trash2,
} from 'lucide-react'
import type { MenuEntry } from '../../ui/menu.tsx'
import type { Builder } from '../state/builder.ts'
import { deleteBranch } from '../steps/delete-branch.ts'
import { frameOf } from '../steps/kinds/registry.ts'
import { placesIn } from './measure.ts'
import { after } from './reading-order.ts'
import type { StepActs } from './use-step-acts.ts'

type Texts = TFunction<'builder'>

interface StepMenu {
  step: Step
  selection: readonly string[]
  acts: StepActs
  t: Texts
  open(): void
  replace(): void
  addAfter(): void
}

/** The menu of a step. It applies to all chosen steps when the step is one of them. */
export function stepMenu({ step, selection, acts, t, open, replace, addAfter }: StepMenu): MenuEntry[] {
  const isTrigger = !isAction(step)
  const names = selection.includes(step.name) ? selection : [step.name]
  const paste = (place: Place) => () => void acts.pasteFromClipboard(place)
  const shared: MenuEntry[] = [
    { id: 'open', label: t('menu.open'), icon: Settings2, shortcut: 'enter', run: open },
    { id: 'add', label: t('menu.addAfter'), icon: Plus, shortcut: 'a', run: addAfter },
    { id: 'replace', label: t('menu.replace'), icon: Replace, run: replace },
  ]
  if (isTrigger) return [...shared, '-', pasteAfter(t, paste(after(step.name)))]
  const isSkipped = step.skip === true
  return [
    ...shared,
    '-',
    { id: 'copy', label: t('menu.copy'), icon: Copy, shortcut: 'mod+c', run: () => void acts.copy(names) },
    pasteAfter(t, paste(after(step.name))),
    ...pasteInside(step, t, paste),
    {
      id: 'duplicate',
      label: t('menu.duplicate'),
      icon: CopyPlus,
      shortcut: 'mod+d',
      run: () => acts.duplicate(names),
    },
    {
      ...{ id: 'skip', label: t(isSkipped ? 'menu.unskip' : 'menu.skip'), icon: SkipForward, shortcut: 'mod+e' },
      run: () => acts.toggleSkip(names),
    },
    '-',
    {
      id: 'delete',
      label: t('menu.delete', { count: names.length }),
      icon: Trash2,
      shortcut: 'delete',
      danger: true,
      run: () => acts.remove(names),
    },
  ]
}

const pasteAfter = (t: Texts, run: () => void): MenuEntry => ({
  ...{ id: 'paste', label: t('menu.pasteAfter'), icon: ClipboardPaste, shortcut: 'mod+v', run },
})

function pasteInside(step: Step, t: Texts, paste: (place: Place) => () => void): MenuEntry[] {
  const frame = frameOf(step)
  const places = placesIn(step)
  if (frame?.kind !== 'router')
    return places.map(({ place }) => ({
      ...{ id: 'pasteInside', label: t('menu.pasteInside'), icon: ClipboardPaste, run: paste(place) },
    }))
  const items = places.map(
    ({ place }, index): MenuEntry => ({
      id: String(index),
      label: frame.branches[index]?.branchName ?? '',
      run: paste(place),
    }),
  )
  return [{ id: 'pasteInside', label: t('menu.pasteInBranch'), icon: ClipboardPaste, items }]
}

interface BranchMenu {
  trigger: Trigger
  router: string
  index: number
  builder: Builder
  t: Texts
  rename(): void
}

/** The menu of a branch. The last branch, for everything else, stays where it is. */
export function branchMenu({ trigger, router, index, builder, t, rename }: BranchMenu): MenuEntry[] {
  const step = findStep(trigger, router)
  if (!step || !isRouter(step)) return []
  const { branches } = step.settings
  const isFallback = branches[index]?.branchType === 'FALLBACK'
  const request = { stepName: router, branchIndex: index }
  const move = (by: number): MenuEntry => ({
    id: `move${by}`,
    label: t(by < 0 ? 'menu.moveLeft' : 'menu.moveRight'),
    icon: by < 0 ? MoveLeft : MoveRight,
    refusal: !isFallback && branches[index + by]?.branchType === 'CONDITION' ? undefined : t('menu.noRoom'),
    run: () =>
      builder.apply({
        type: 'MOVE_BRANCH',
        request: { stepName: router, sourceBranchIndex: index, targetBranchIndex: index + by },
      }),
  })
  const refusal = isFallback ? t('menu.isFallback') : undefined
  return [
    { id: 'open', label: t('menu.conditions'), icon: Settings2, run: () => builder.open(router) },
    { id: 'rename', label: t('menu.rename'), icon: Pencil, run: rename },
    {
      id: 'duplicate',
      label: t('menu.duplicate'),
      icon: CopyPlus,
      refusal,
      run: () => builder.apply({ type: 'DUPLICATE_BRANCH', request }),
    },
    move(-1),
    move(1),
    '-',
    {
      id: 'delete',
      label: t('menu.deleteBranch'),
      icon: Trash2,
      danger: true,
      refusal,
      run: () => deleteBranch(builder, step, index, t),
    },
  ]
}
