import type { Note } from '@piecework/model/flow/flow'
import { GripHorizontal, Palette, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../ui/cx.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { useCanvas } from './context.ts'

const COLOURS: Record<Note['color'], string> = {
  orange: 'border-warning-border bg-warning-bg',
  yellow: 'border-warning-border bg-raised',
  red: 'border-failed-border bg-failed-bg',
  green: 'border-success-border bg-success-bg',
  blue: 'border-running-border bg-running-bg',
  purple: 'border-paused-border bg-paused-bg',
}
const NAMES = ['orange', 'red', 'green', 'blue', 'purple', 'yellow'] as const

/** Words next to the steps, for people. */
export function NoteCard({ note }: { note: Note }) {
  const { t } = useTranslation('builder')
  const { acts } = useCanvas()
  const [isEditing, setEditing] = useState(note.content === '')
  const save = (content: string): void => {
    setEditing(false)
    if (content !== note.content) acts?.updateNote(note.id, { content })
  }
  return (
    <section
      aria-label={t('note.title')}
      className={cx('group/note flex h-full flex-col overflow-hidden rounded-md border', COLOURS[note.color])}
      style={acts && { resize: 'both' }}
      onPointerUp={(event) => {
        const { offsetWidth: width, offsetHeight: height } = event.currentTarget
        if (acts && (width !== note.size.width || height !== note.size.height))
          acts.updateNote(note.id, { size: { width, height } })
      }}
    >
      {acts && (
        <div className="flex h-6 shrink-0 items-center">
          <span className="note-handle flex h-full flex-1 cursor-grab items-center pl-2 text-ink-3">
            <GripHorizontal aria-hidden size={14} />
          </span>
          <Menu
            trigger={<IconButton icon={Palette} size="xs" className="nopan nodrag" label={t('note.colour')} />}
            entries={NAMES.map((color) => ({
              id: color,
              label: t(`note.${color}`),
              checked: color === note.color,
              run: () => acts.updateNote(note.id, { color }),
            }))}
          />
          <IconButton
            icon={Trash2}
            size="xs"
            className="nopan nodrag"
            label={t('note.delete')}
            onClick={() => acts.deleteNote(note.id)}
          />
        </div>
      )}
      {acts && isEditing ? (
        <textarea
          autoFocus
          aria-label={t('note.text')}
          defaultValue={note.content}
          onBlur={(event) => save(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
          className="nopan nodrag nowheel min-h-0 flex-1 resize-none bg-transparent px-2 pb-2 text-sm outline-none"
        />
      ) : (
        <button
          type="button"
          disabled={!acts}
          onClick={() => setEditing(true)}
          className="nodrag min-h-0 flex-1 cursor-text overflow-hidden px-2 pb-2 text-left text-sm break-words whitespace-pre-wrap text-ink-1"
        >
          {note.content || t('note.empty')}
        </button>
      )}
    </section>
  )
}
