import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'

interface StepNameInputProps {
  name: string
  isReadOnly: boolean
  onRename(name: string): void
}

/** The name of a step, which a click makes a field. */
export function StepNameInput({ name, isReadOnly, onRename }: StepNameInputProps) {
  const { t } = useTranslation('fields')
  const [typed, setTyped] = useState<string | undefined>(undefined)
  const end = (isSaved: boolean): void => {
    const next = typed?.trim()
    if (isSaved && next && next !== name) onRename(next)
    setTyped(undefined)
  }
  if (typed !== undefined)
    return (
      <Input
        size="sm"
        autoFocus
        value={typed}
        aria-label={t('panel.name')}
        onValueChange={setTyped}
        onFocus={(event) => event.target.select()}
        onBlur={() => end(true)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') end(true)
          if (event.key === 'Escape') {
            event.stopPropagation()
            end(false)
          }
        }}
      />
    )
  return (
    <div className="flex min-w-0 items-center gap-1">
      <h2 className="truncate font-strong" title={name}>
        {name}
      </h2>
      {!isReadOnly && <IconButton icon={Pencil} size="xs" label={t('panel.rename')} onClick={() => setTyped(name)} />}
    </div>
  )
}
