import { useMutation } from '@tanstack/react-query'
import { FileText, Upload, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../api/error-text.ts'
import { uploadClient } from '../../../api/upload.ts'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'
import { ShortText, textOf } from './text.tsx'
import { uploadedName } from './uploaded-name.ts'

/** A file: the address of one, data of an earlier step, or a file of this computer that the server keeps. */
export function FileControl(props: ControlProps) {
  const { t, i18n } = useTranslation('fields')
  const { t: common } = useTranslation()
  const { place, isReadOnly } = useStep()
  const picker = useRef<HTMLInputElement>(null)
  const [sent, setSent] = useState(0)
  const upload = useMutation({
    mutationFn: (file: File) => {
      setSent(0)
      const form = new FormData()
      form.append('file', file)
      return uploadClient(setSent).stepFiles.keep({ params: { id: place.flowId }, body: form })
    },
    onSuccess: ({ url }) => props.onChange(url),
  })
  const name = uploadedName(textOf(props.value))
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(sent)
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {name === undefined ? (
        <ShortText {...props} />
      ) : (
        // The link itself says nothing to people.
        <div className="flex h-8 min-w-0 items-center gap-2 rounded-md border border-line-2 bg-raised pr-1 pl-2.5">
          <FileText aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
          <span className="min-w-0 flex-1 truncate text-sm" title={name}>
            {name}
          </span>
          {!isReadOnly && (
            <IconButton icon={X} size="sm" label={t('file.remove', { name })} onClick={() => props.onChange('')} />
          )}
        </div>
      )}
      {!isReadOnly && (
        <div className="flex min-w-0 items-center gap-2">
          <input
            ref={picker}
            type="file"
            tabIndex={-1}
            aria-label={t('file.choose', { name: props.property.displayName ?? props.path })}
            className="sr-only"
            onChange={({ target }) => {
              const [file] = target.files ?? []
              if (file) upload.mutate(file)
              // The same file may be chosen again.
              target.value = ''
            }}
          />
          <Button size="sm" icon={Upload} busy={upload.isPending} onClick={() => picker.current?.click()}>
            {name === undefined ? t('file.upload') : t('file.replace')}
          </Button>
          <span role="status" className="text-xs text-ink-2">
            {upload.isPending && t('file.sending', { share })}
          </span>
        </div>
      )}
      {upload.error && (
        <p role="alert" className="text-xs break-words text-failed-fg">
          {t('file.failed', { reason: errorText(upload.error, common) })}
        </p>
      )}
    </div>
  )
}
