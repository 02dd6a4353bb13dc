import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './icon-button.tsx'
import { Input } from './input.tsx'
import { notify } from './toast.tsx'

interface CopyInputProps {
  value: string
  /** Its name, where it is in no `Field`. */
  label?: string
}

/** A value to take along: it can be read, and copied with one click. */
export function CopyInput({ value, label }: CopyInputProps) {
  const { t } = useTranslation()
  return (
    <Input
      mono
      readOnly
      aria-label={label}
      value={value}
      onFocus={({ currentTarget }) => currentTarget.select()}
      trailing={
        <IconButton size="xs" icon={Copy} label={t('copy')} onClick={() => void copyText(value, t('copied'))} />
      }
    />
  )
}

/** Copies a text, and says so. A browser that does not allow it leaves the text to be selected by hand. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify({ text: done })
  } catch {
    // The text stays in view.
  }
}
