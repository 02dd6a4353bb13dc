import type { Place } from '@piecework/model/flow/kinds/kind'
import type { RouterBranch } from '@piecework/model/flow/router'
import type { Step } from '@piecework/model/flow/step'
import { ChevronDown, ChevronRight, Plus } from 'lucide-react'
import { memo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { tookBranch } from '../../app/step-results.ts'
import { cx } from '../../ui/cx.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { frameOf } from '../steps/kinds/registry.ts'
import { conditionOf } from '../steps/summary.ts'
import { useCanvas } from './context.ts'
import type { FrameBox } from './layout.ts'

/** Takes a step that is dropped on a place. */
function useDrop(place: Place) {
  const { acts, dragged, setDragged } = useCanvas()
  const [isOver, setOver] = useState(false)
  return {
    isOver: isOver && dragged !== null,
    isWaiting: dragged !== null,
    handlers: {
      onDragOver: (event: React.DragEvent) => {
        if (dragged === null) return
        event.preventDefault()
        setOver(true)
      },
      onDragLeave: () => setOver(false),
      onDrop: (event: React.DragEvent) => {
        event.preventDefault()
        setOver(false)
        if (dragged !== null) acts?.move(dragged, place)
        setDragged(null)
      },
    },
  }
}

const titleOfPlace = (place: Place, t: (key: 'add.here' | 'add.inside', names: { name: string }) => string): string =>
  t(place.location === 'AFTER' ? 'add.here' : 'add.inside', { name: place.parentStep })

/** Adds a step on an edge. */
export const AddButton = memo(function AddButton({ place, name }: { place: Place; name: string }) {
  const { t } = useTranslation('builder')
  const { acts } = useCanvas()
  const { isOver, isWaiting, handlers } = useDrop(place)
  if (!acts) return null
  return (
    <button
      type="button"
      {...handlers}
      data-add={`${place.parentStep}/${place.location}/${place.branchIndex ?? ''}`}
      aria-label={titleOfPlace({ ...place, parentStep: name }, t)}
      onClick={(event) => acts.add(place, event.currentTarget)}
      className="group/add nopan grid size-6 place-items-center rounded-full"
    >
      <span
        className={cx(
          'grid size-4 place-items-center rounded-full border border-line-control bg-raised text-ink-2 transition-transform',
          'group-hover/add:scale-150 group-hover/add:border-accent group-hover/add:bg-accent group-hover/add:text-on-accent',
          'group-data-popup-open/add:scale-150',
          isWaiting && 'scale-150 border-accent text-accent-text',
          isOver && 'bg-accent text-on-accent',
        )}
      >
        <Plus aria-hidden size={10} strokeWidth={2.4} />
      </span>
    </button>
  )
})

/** Stands in an empty loop or branch. */
export const EmptyPlace = memo(function EmptyPlace({ place, name }: { place: Place; name: string }) {
  const { t } = useTranslation('builder')
  const { acts } = useCanvas()
  const { isOver, handlers } = useDrop(place)
  const look = cx(
    'nopan flex h-14 w-full items-center justify-center gap-1.5 rounded-md border border-dashed border-line-control bg-canvas text-sm text-ink-2',
    isOver && 'border-accent bg-accent-soft',
  )
  if (!acts) return <div className={look}>{t('step.nothing')}</div>
  return (
    <button
      type="button"
      {...handlers}
      aria-label={titleOfPlace({ ...place, parentStep: name }, t)}
      onClick={(event) => acts.add(place, event.currentTarget)}
      className={cx(look, 'hover:border-accent hover:text-accent-text')}
    >
      <Plus aria-hidden size={14} />
      {t('add.step')}
    </button>
  )
})

interface FrameProps {
  box: FrameBox
  /** The loop or router; its links may be old. */
  step: Step
}

/** Encloses what is inside of a loop or a router. */
export const StepFrame = memo(function StepFrame({ box: { kind, isCollapsed, count }, step }: FrameProps) {
  const { t } = useTranslation('builder')
  const { acts, toggleFrame } = useCanvas()
  const isRouter = kind === 'router'
  const frame = frameOf(step)
  const branches = frame?.kind === 'router' ? frame.branches.length : 0
  return (
    <section
      aria-label={t(isRouter ? 'frame.branches' : 'frame.loop', { name: step.displayName })}
      className={cx(
        'h-full rounded-lg border',
        isRouter ? 'border-frame-router-border bg-frame-router' : 'border-frame-loop-border bg-frame-loop',
      )}
    >
      <div
        className={cx(
          'flex h-8 items-center gap-1.5 pr-1 pl-3 text-xs whitespace-nowrap text-ink-2',
          !isCollapsed && 'border-b',
          isRouter ? 'border-frame-router-border' : 'border-frame-loop-border',
        )}
      >
        <b className="min-w-0 truncate font-medium text-ink-1">{frame?.title(t)}</b>
        <span className="text-ink-3">
          {isRouter && !isCollapsed ? t('frame.branchCount', { count: branches }) : t('frame.stepCount', { count })}
        </span>
        <span className="ml-auto flex">
          {isRouter && acts && !isCollapsed && (
            <IconButton
              icon={Plus}
              size="xs"
              className="nopan"
              label={t('branch.add', { name: step.displayName })}
              onClick={() => acts.addBranch(step.name)}
            />
          )}
          <IconButton
            icon={isCollapsed ? ChevronRight : ChevronDown}
            size="xs"
            className="nopan"
            aria-expanded={!isCollapsed}
            label={t(isCollapsed ? 'frame.expand' : 'frame.collapse', { name: step.displayName })}
            onClick={() => toggleFrame(step.name)}
          />
        </span>
      </div>
    </section>
  )
})

interface PillProps {
  router: string
  index: number
  branch: RouterBranch
}

/** The name of a branch, with what can be done with it. */
export const BranchPill = memo(function BranchPill({ router, index, branch }: PillProps) {
  const { t } = useTranslation('builder')
  const { acts, outputs, renaming, setRenaming } = useCanvas()
  const pill = useRef<HTMLButtonElement>(null)
  const id = `${router}/${index}`
  const condition = conditionOf(branch, t)
  const look = cx(
    'nopan mx-auto flex h-6 max-w-full items-center gap-1.5 rounded-full border border-line-2 bg-raised px-2.5 text-xs whitespace-nowrap text-ink-2',
    outputs && tookBranch(outputs.get(router)?.output, index) && 'border-success-border bg-success-bg text-success-fg',
  )
  if (!acts) return <div className={look}>{branch.branchName}</div>
  const isRenaming = renaming === id
  return (
    <>
      {isRenaming && (
        <input
          autoFocus
          aria-label={t('branch.name')}
          defaultValue={branch.branchName}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={(event) => {
            setRenaming(null)
            const name = event.currentTarget.value.trim()
            if (name && name !== branch.branchName) acts.renameBranch(router, index, name)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.value = branch.branchName
            if (event.key !== 'Escape' && event.key !== 'Enter') return
            // The key would press the button that gets the focus.
            event.preventDefault()
            pill.current?.focus()
          }}
          className={cx(look, 'w-full')}
        />
      )}
      <Menu
        trigger={
          <button
            ref={pill}
            type="button"
            title={condition ? `${branch.branchName}: ${condition}` : branch.branchName}
            aria-hidden={isRenaming || undefined}
            tabIndex={isRenaming ? -1 : 0}
            // It stays while its name is edited: its menu, which is just closing, belongs to it, and the focus comes back.
            className={cx(
              look,
              isRenaming ? 'pointer-events-none absolute opacity-0' : 'hover:border-line-control-hover',
            )}
          >
            <b className="min-w-0 truncate font-medium text-ink-1">{branch.branchName}</b>
            <ChevronDown aria-hidden size={12} className="shrink-0 text-ink-3" />
          </button>
        }
        entries={acts.branchMenuOf(router, index)}
      />
    </>
  )
})
