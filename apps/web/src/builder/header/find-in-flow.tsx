import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Popover } from '../../ui/popover.tsx'
import { useBuilder } from '../state/provider.tsx'
import { findSteps } from './find.ts'

interface FindProps {
  open: boolean
  onOpenChange(open: boolean): void
  onGo(name: string): void
}

/** Finds steps by their names, pieces and the text in their settings. */
export function FindInFlow({ open, onOpenChange, onGo }: FindProps) {
  const { t } = useTranslation('builder')
  const [words, setWords] = useState('')
  const go = (name: string): void => {
    onOpenChange(false)
    onGo(name)
  }
  return (
    <Popover
      label={t('header.search')}
      open={open}
      onOpenChange={onOpenChange}
      align="end"
      className="w-80"
      trigger={<IconButton icon={Search} label={t('header.search')} shortcut="mod+f" className="max-md:hidden" />}
    >
      <Found words={words} onWords={setWords} onGo={go} />
    </Popover>
  )
}

interface FoundProps {
  words: string
  onWords(words: string): void
  onGo(name: string): void
}

/** Follows the flow only while it is open. */
function Found({ words, onWords, onGo }: FoundProps) {
  const { t } = useTranslation('builder')
  const trigger = useBuilder((state) => state.version.trigger)
  const found = findSteps(trigger, words)
  return (
    <>
      <Input
        icon={Search}
        autoFocus
        aria-label={t('find.label')}
        placeholder={t('find.label')}
        value={words}
        onChange={(event) => onWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && found[0]) onGo(found[0].name)
        }}
      />
      <ul className="mt-1 max-h-80 overflow-y-auto">
        {found.slice(0, 50).map((step) => (
          <li key={step.name}>
            <button
              type="button"
              onClick={() => onGo(step.name)}
              className="flex h-8 w-full items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover focus:bg-hover"
            >
              <span className="min-w-0 flex-1 truncate">{step.displayName}</span>
              <span className="font-mono text-xs text-ink-3">{step.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {words !== '' && found.length === 0 && <p className="px-2 py-1.5 text-sm text-ink-3">{t('find.none')}</p>}
    </>
  )
}
