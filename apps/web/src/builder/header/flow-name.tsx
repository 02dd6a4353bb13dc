import { useTranslation } from 'react-i18next'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'

interface FlowNameProps {
  isEditing: boolean
  onEditing(isEditing: boolean): void
}

/** The name of the flow; a click edits it. */
export function FlowName({ isEditing, onEditing }: FlowNameProps) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const name = useBuilder((state) => state.version.displayName)
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  if (isReadOnly) return name
  if (!isEditing)
    return (
      <button
        type="button"
        title={name}
        onClick={() => onEditing(true)}
        className="max-w-full truncate rounded-xs px-1 font-medium hover:bg-hover"
      >
        {name}
      </button>
    )
  return (
    <input
      autoFocus
      aria-label={t('header.rename')}
      defaultValue={name}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => {
        onEditing(false)
        const displayName = event.currentTarget.value.trim()
        if (displayName && displayName !== name) builder.apply({ type: 'CHANGE_NAME', request: { displayName } })
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key !== 'Escape') return
        event.currentTarget.value = name
        event.currentTarget.blur()
      }}
      className="h-7 w-60 rounded-sm border border-line-control bg-control px-1.5 font-medium"
    />
  )
}
