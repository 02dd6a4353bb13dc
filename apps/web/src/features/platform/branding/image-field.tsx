import { ImageIcon } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { Field } from '../../../ui/field.tsx'
import { IMAGE_TYPES, imageProblem } from './image-rules.ts'

interface ImageFieldProps {
  label: string
  help: string
  /** The refusal of the server. */
  error: string | undefined
  /** Chosen, and not saved yet. */
  file: File | undefined
  /** The image that the platform has. */
  link: string | undefined
  /** @param file null takes the image away */
  onChange(file: File | null): void
}

/** An image of the platform: shown upon light and dark, to be chosen and taken away. */
export function ImageField({ label, help, error, file, link, onChange }: ImageFieldProps) {
  const { t } = useTranslation('platform')
  const input = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<'type' | 'size'>()
  const local = useMemo(() => (file ? URL.createObjectURL(file) : undefined), [file])
  useEffect(() => () => (local ? URL.revokeObjectURL(local) : undefined), [local])
  const shown = local ?? link
  const choose = (chosen: File | undefined): void => {
    if (!chosen) return
    const found = imageProblem(chosen)
    setProblem(found)
    if (!found) onChange(chosen)
  }
  return (
    <Field label={label} help={help} error={problem ? t(`branding.problems.${problem}`) : error}>
      <div className="flex flex-wrap items-center gap-3">
        {(['light', 'dark'] as const).map((theme) => (
          <div
            key={theme}
            data-theme={theme}
            className="flex h-14 w-36 items-center justify-center rounded-md border border-line-2 bg-sidebar p-2 text-sm text-ink-1"
          >
            {shown ? (
              <img
                src={shown}
                alt={t(`branding.on.${theme}`, { name: label })}
                className="max-h-full max-w-full object-contain"
              />
            ) : (
              <ImageIcon aria-hidden size={20} strokeWidth={1.5} className="text-ink-3" />
            )}
          </div>
        ))}
        <input
          ref={input}
          type="file"
          aria-label={label}
          accept={IMAGE_TYPES.join(',')}
          className="sr-only"
          tabIndex={-1}
          onChange={({ target }) => {
            choose(target.files?.[0])
            // The same file can be chosen again, once it is mended.
            target.value = ''
          }}
        />
        <div className="flex gap-2">
          <Button aria-label={t('branding.chooseOf', { name: label })} onClick={() => input.current?.click()}>
            {t('branding.choose')}
          </Button>
          {shown && (
            <Button kind="ghost" aria-label={t('branding.removeOf', { name: label })} onClick={() => onChange(null)}>
              {t('branding.remove')}
            </Button>
          )}
        </div>
      </div>
    </Field>
  )
}
