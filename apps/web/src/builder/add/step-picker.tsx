import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowLeft, ChevronRight, Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { pieceListQuery } from '../../api/piece-list.ts'
import { useProjectId, useSession } from '../../api/session.ts'
import { readStored, store } from '../../api/storage.ts'
import { Anchored } from '../../ui/anchored.tsx'
import { cx } from '../../ui/cx.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tile } from '../../ui/tile.tsx'
import { shownKindOf } from '../steps/kinds/registry.ts'
import { type Choice, type Row, rowsOf } from './rows.ts'

interface StepPickerProps {
  anchor: Element | null
  wants: 'action' | 'trigger'
  onChoose(choice: Exclude<Choice, { kind: 'piece' }>): void
  onClose(): void
}

const RECENT = 'recent-steps'
const recentIds = (): string[] => (readStored(RECENT) ?? '').split(' ').filter(Boolean)

/** Searches in everything that a step can be. The arrow keys and Enter are enough. */
export function StepPicker({ anchor, wants, onChoose, onClose }: StepPickerProps) {
  const { t } = useTranslation('builder')
  // The focus goes to the step that was chosen, not back.
  const isChosen = useRef(false)
  return (
    <Anchored
      returnsFocus={() => !isChosen.current}
      anchor={anchor}
      label={t(wants === 'trigger' ? 'add.trigger' : 'add.step')}
      onClose={onClose}
      className="w-90 max-w-[calc(100vw-16px)]"
    >
      {anchor && (
        <PickerBody
          wants={wants}
          onOpen={() => {
            isChosen.current = false
          }}
          onChoose={(choice) => {
            isChosen.current = true
            onChoose(choice)
          }}
        />
      )}
    </Anchored>
  )
}

function PickerBody({ wants, onOpen, onChoose }: Pick<StepPickerProps, 'wants' | 'onChoose'> & { onOpen(): void }) {
  const { t } = useTranslation('builder')
  const listId = useId()
  const list = useRef<HTMLDivElement>(null)
  const isAdmin = useSession(({ session }) => session?.isAdmin)
  const [search, setSearch] = useState('')
  const [within, setWithin] = useState<string>()
  const [index, setIndex] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(onOpen, [])
  const asked = useDeferredValue(search.trim())
  const pieces = useQuery(pieceListQuery(useProjectId(), asked))
  // Enter that comes before the answer to what was typed waits for it.
  const isFresh = asked === search.trim() && !pieces.isPlaceholderData && !pieces.isPending
  const [isEntered, setEntered] = useState(false)
  const rows = rowsOf({
    ...{ pieces: pieces.data ?? [], wants, search, recent: recentIds(), within },
    textOf: (type) => ({ name: t(`kind.${type}`), help: t(`kindHelp.${type}`) }),
  })
  const current = Math.min(index, rows.length - 1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line in view is another one
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const choose = (row: Row | undefined): void => {
    if (!row) return
    const { choice } = row
    setIndex(0)
    if (choice.kind === 'piece') {
      setWithin(choice.piece.name)
      return
    }
    store(RECENT, [row.id, ...recentIds().filter((id) => id !== row.id)].slice(0, 8).join(' '))
    onChoose(choice)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer is there
  useEffect(() => {
    if (!isEntered || !isFresh) return
    setEntered(false)
    choose(rows[current])
  }, [isEntered, isFresh])
  const back = (): void => {
    setWithin(undefined)
    setIndex(0)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const acts: Record<string, () => void> = {
      ArrowDown: () => setIndex(Math.min(current + 1, rows.length - 1)),
      ArrowUp: () => setIndex(Math.max(current - 1, 0)),
      Enter: () => (isFresh ? choose(rows[current]) : setEntered(true)),
    }
    const act = acts[event.key] ?? (event.key === 'Backspace' && search === '' && within ? back : undefined)
    if (!act) return
    event.preventDefault()
    act()
  }

  return (
    <>
      <div className="flex items-center gap-1 border-b border-line-1 p-2">
        {within && <IconButton icon={ArrowLeft} size="sm" label={t('add.back')} onClick={back} />}
        <Input
          icon={Search}
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={rows[current] && `${listId}-${current}`}
          aria-label={t(wants === 'trigger' ? 'add.searchTriggers' : 'add.search')}
          placeholder={t(wants === 'trigger' ? 'add.searchTriggers' : 'add.search')}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            back()
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label={t('add.step')}
        className="max-h-100 min-h-0 flex-1 overflow-y-auto p-1"
      >
        {rows.map((row, at) => (
          <PickerRow
            key={`${row.group}/${row.id}`}
            id={`${listId}-${at}`}
            row={row}
            isCurrent={at === current}
            isFirst={search.trim() === '' && row.group !== rows[at - 1]?.group}
            onChoose={() => choose(row)}
          />
        ))}
        {pieces.isPending && <Skeleton className="m-2 h-6" />}
      </div>
      {rows.length === 0 && !pieces.isPending && <p className="px-3 pb-3 text-sm text-ink-2">{t('add.nothing')}</p>}
      <p className="border-t border-line-1 px-3 py-2 text-xs text-ink-3">
        {isAdmin ? (
          <Link to="/pieces" className="text-accent-text hover:underline">
            {t('add.install')}
          </Link>
        ) : (
          t('add.askAdmin')
        )}
      </p>
    </>
  )
}

interface PickerRowProps {
  id: string
  row: Row
  isCurrent: boolean
  isFirst: boolean
  onChoose(): void
}

function PickerRow({ id, row: { group, choice }, isCurrent, isFirst, onChoose }: PickerRowProps) {
  const { t } = useTranslation('builder')
  const isBuiltIn = choice.kind === 'builtIn'
  const title = isBuiltIn
    ? t(`kind.${choice.type}`)
    : choice.kind === 'part'
      ? choice.part.displayName
      : choice.piece.displayName
  const help = isBuiltIn
    ? t(`kindHelp.${choice.type}`)
    : choice.kind === 'part'
      ? `${choice.piece.displayName}. ${choice.part.description}`
      : choice.piece.description
  return (
    <>
      {isFirst && group !== 'parts' && (
        <div role="presentation" className="px-2 pt-2 pb-1 text-xs text-ink-3">
          {t(`add.group.${group}`)}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={isCurrent}
        aria-label={title}
        onClick={onChoose}
        className={cx(
          'flex cursor-default items-center gap-2.5 rounded-sm px-2 py-1.5 hover:bg-hover',
          isCurrent && 'bg-hover',
        )}
      >
        <Tile
          name={isBuiltIn ? title : choice.piece.displayName}
          icon={isBuiltIn ? shownKindOf(choice).icon : undefined}
          imageUrl={isBuiltIn ? undefined : choice.piece.logoUrl}
        />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{title}</span>
          <span className="block truncate text-xs text-ink-3">{help}</span>
        </span>
        {choice.kind === 'piece' && <ChevronRight aria-hidden size={14} className="text-ink-3" />}
      </div>
    </>
  )
}
