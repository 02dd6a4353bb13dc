import { CircleAlert, GripVertical } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type DraftField, moved } from './drafts.ts'
import { FieldCard } from './field-card.tsx'

interface ListProps {
  drafts: readonly DraftField[]
  /** By the field of the request, such as `fields.0.name`. */
  complaints: Record<string, string>
  mayEdit: boolean
  onChange(drafts: DraftField[]): void
}

/** The fields of a form in their order, which is changed by dragging a handle, or with the arrow keys on it. */
export function FieldList({ drafts, complaints, mayEdit, onChange }: ListProps) {
  const { t } = useTranslation('forms')
  const [dragged, setDragged] = useState<string>()
  const [spoken, setSpoken] = useState('')
  const handles = useRef(new Map<string, HTMLButtonElement>())
  const refocus = useRef<string>(undefined)
  // An element that is moved in the page loses the focus.
  useEffect(() => {
    if (refocus.current === undefined) return
    handles.current.get(refocus.current)?.focus()
    refocus.current = undefined
  })
  const move = ({ key, field }: DraftField, to: number): void => {
    if (to < 0 || to >= drafts.length) return
    refocus.current = key
    setSpoken(t('movedTo', { name: field.label ?? field.name, place: to + 1, count: drafts.length }))
    onChange(moved(drafts, key, to))
  }
  const onKey = (event: KeyboardEvent, draft: DraftField, index: number): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    move(draft, index + step)
  }
  return (
    <section aria-label={t('fields')} className="flex flex-col gap-2">
      <h2 className="text-sm font-medium">{t('fields')}</h2>
      <ul className="flex flex-col gap-2">
        {drafts.map((draft, index) => (
          <li
            key={draft.key}
            className={dragged === draft.key ? 'opacity-50' : undefined}
            onDragOver={(event) => {
              if (dragged === undefined) return
              event.preventDefault()
              if (dragged !== draft.key) onChange(moved(drafts, dragged, index))
            }}
            onDrop={(event) => event.preventDefault()}
          >
            <FieldCard
              field={draft.field}
              complaints={complaintsAt(complaints, index)}
              handle={
                mayEdit && (
                  <button
                    ref={(button) => {
                      if (button) handles.current.set(draft.key, button)
                      else handles.current.delete(draft.key)
                    }}
                    type="button"
                    draggable
                    aria-label={t('move', { name: draft.field.label ?? draft.field.name })}
                    title={t('moveHelp')}
                    className="grid size-7 shrink-0 cursor-grab place-items-center rounded-sm text-ink-3 hover:bg-hover"
                    onKeyDown={(event) => onKey(event, draft, index)}
                    onDragStart={(event) => {
                      event.dataTransfer.effectAllowed = 'move'
                      event.dataTransfer.setData('text/plain', draft.field.name)
                      setDragged(draft.key)
                    }}
                    onDragEnd={() => setDragged(undefined)}
                  >
                    <GripVertical aria-hidden size={16} strokeWidth={1.5} />
                  </button>
                )
              }
              onChange={(field) => onChange(drafts.map((one) => (one.key === draft.key ? { ...one, field } : one)))}
              onRemove={() => onChange(drafts.filter(({ key }) => key !== draft.key))}
            />
          </li>
        ))}
      </ul>
      {complaints.fields && (
        <p role="alert" className="flex gap-1.5 text-xs text-failed-fg">
          <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />
          {complaints.fields}
        </p>
      )}
      <p role="status" className="sr-only">
        {spoken}
      </p>
    </section>
  )
}

/** The complaints about the field at a place, by its own keys. */
function complaintsAt(complaints: Record<string, string>, index: number): Record<string, string> {
  const start = `fields.${index}.`
  const own = Object.entries(complaints).filter(([path]) => path.startsWith(start))
  return Object.fromEntries(own.map(([path, why]) => [path.slice(start.length).split('.')[0] ?? '', why]))
}
