import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { tagsQuery } from '../../api/platform.ts'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'

/** The tags of a piece: taken off by their cross, added by name. */
export function PieceTags({ name, tags }: { name: string; tags: readonly string[] }) {
  const { t } = useTranslation('pieces')
  const listId = useId()
  const [text, setText] = useState('')
  const { data: known = [] } = useQuery(tagsQuery)
  const act = useAct('pieces', 'tags')
  const save = (next: string[]): void =>
    act.mutate({ send: () => client.tags.setOnPieces({ body: { piecesName: [name], tags: next } }) })
  const add = (event: FormEvent): void => {
    event.preventDefault()
    const tag = text.trim()
    if (tag !== '' && !tags.includes(tag)) save([...tags, tag])
    setText('')
  }
  return (
    <section>
      <h3 className="mb-1.5 text-xs text-ink-3">{t('tags')}</h3>
      <ul className="mb-2 flex flex-wrap gap-1.5 empty:hidden">
        {tags.map((tag) => (
          <li
            key={tag}
            className="inline-flex h-6 items-center gap-1 rounded-full border border-line-2 pr-1 pl-2.5 text-xs text-ink-2"
          >
            {tag}
            <button
              type="button"
              aria-label={t('removeTag', { tag })}
              onClick={() => save(tags.filter((other) => other !== tag))}
              className="grid size-5 place-items-center rounded-full text-ink-3 hover:bg-hover hover:text-ink-1"
            >
              <X aria-hidden size={12} />
            </button>
          </li>
        ))}
      </ul>
      <form className="flex gap-2" onSubmit={add}>
        <Input
          size="sm"
          list={listId}
          maxLength={100}
          aria-label={t('newTag')}
          placeholder={t('newTag')}
          value={text}
          onValueChange={setText}
        />
        <datalist id={listId}>
          {known.map(({ id, name: tag }) => (
            <option key={id} value={tag} />
          ))}
        </datalist>
        <Button size="sm" type="submit" icon={Plus} busy={act.isPending}>
          {t('addTag')}
        </Button>
      </form>
    </section>
  )
}
