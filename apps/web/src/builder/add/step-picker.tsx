import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { Trigger } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowLeft, Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { pieceListQuery } from '../../api/piece-list.ts'
import { useProjectId, useSession } from '../../api/session.ts'
import { readStored, store } from '../../api/storage.ts'
import { Anchored } from '../../ui/anchored.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useBuilder } from '../state/provider.tsx'
import { AvailableNote } from './available-note.tsx'
import { PickerRow } from './picker-row.tsx'
import { type AvailablePiece, type Choice, isNamed, type Row, rowsOf } from './rows.ts'
import { useAvailable } from './use-available.ts'

interface StepPickerProps {
  anchor: Element | null
  wants: 'action' | 'trigger'
  onChoose(choice: Exclude<Choice, { kind: 'piece' | 'available' }>): void
  onClose(): void
}

const piecesOf = (trigger: Trigger): Set<string> =>
  new Set([...walk(trigger)].flatMap((step) => kindOf(step).piece(step)?.pieceName ?? []))

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

const rowOfAvailable = (piece: AvailablePiece): Row => ({
  id: piece.pieceName,
  group: 'available',
  choice: { kind: 'available', piece },
})

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
  const trigger = useBuilder(({ version }) => version.trigger)
  const used = useMemo(() => piecesOf(trigger), [trigger])
  const isFresh = asked === search.trim() && !pieces.isPlaceholderData && !pieces.isPending
  const installed = rowsOf({
    ...{ pieces: pieces.data ?? [], wants, search, recent: recentIds(), used, within },
    textOf: (type) => ({ name: t(`kind.${type}`), help: t(`kindHelp.${type}`) }),
  })
  const isMissing =
    isFresh && asked !== '' && within === undefined && !isNamed(installed, asked, (type) => t(`kind.${type}`))
  const available = useAvailable(isMissing ? asked : undefined, (name) => {
    setSearch('')
    setWithin(name)
    setIndex(0)
  })
  const rows = [...installed, ...available.pieces.map(rowOfAvailable)]
  const current = Math.min(index, rows.length - 1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line in view is another one
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const choose = (row: Row | undefined): void => {
    if (!row) return
    const { choice } = row
    if (choice.kind === 'available') {
      if (isAdmin && !available.installing) available.install(choice.piece)
      return
    }
    setIndex(0)
    if (choice.kind === 'piece') {
      setWithin(choice.piece.name)
      return
    }
    store(RECENT, [row.id, ...recentIds().filter((id) => id !== row.id)].slice(0, 8).join(' '))
    onChoose(choice)
  }
  const enter = useOnceThere(isFresh, () => choose(rows[current]))
  const back = (): void => {
    setWithin(undefined)
    setIndex(0)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const acts: Record<string, () => void> = {
      ArrowDown: () => setIndex(Math.min(current + 1, rows.length - 1)),
      ArrowUp: () => setIndex(Math.max(current - 1, 0)),
      Enter: enter,
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
            isFirst={(search.trim() === '' || row.group === 'available') && row.group !== rows[at - 1]?.group}
            isDisabled={row.group === 'available' && !isAdmin}
            isBusy={row.choice.kind === 'available' && row.choice.piece.pieceName === available.installing?.pieceName}
            onChoose={() => choose(row)}
          />
        ))}
        {pieces.isPending && <Skeleton className="m-2 h-6" />}
      </div>
      {rows.length === 0 && !pieces.isPending && !available.isLooking && (
        <p className="px-3 pb-3 text-sm text-ink-2">{t('add.nothing')}</p>
      )}
      <AvailableNote available={available} />
      <InstallHint />
    </>
  )
}

/** An act that waits for the answer to what was typed, where it is asked for before. */
function useOnceThere(isThere: boolean, act: () => void): () => void {
  const [isAskedFor, setAskedFor] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer is there
  useEffect(() => {
    if (!isAskedFor || !isThere) return
    setAskedFor(false)
    act()
  }, [isAskedFor, isThere])
  return () => (isThere ? act() : setAskedFor(true))
}

/** The way to pieces that the search does not find. */
function InstallHint() {
  const { t } = useTranslation('builder')
  const isAdmin = useSession(({ session }) => session?.isAdmin)
  return (
    <p className="border-t border-line-1 px-3 py-2 text-xs text-ink-3">
      {isAdmin ? (
        <Link to="/pieces" className="text-accent-text hover:underline">
          {t('add.install')}
        </Link>
      ) : (
        t('add.askAdmin')
      )}
    </p>
  )
}
