import { Calendar, ChevronDown } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { FormField } from '../../api/graph.ts'
import { cx } from '../../ui/cx.ts'

interface PreviewProps {
  name: string
  description: string
  fields: readonly FormField[]
}

const BOX = 'rounded-md border border-line-control bg-control px-2.5 py-1.5 text-ink-3'

/** The page of a form as it will be, for the eye: nothing here can be filled in. */
export function FormPreview({ name, description, fields }: PreviewProps) {
  const { t } = useTranslation('forms')
  return (
    <section aria-label={t('preview')} className="sticky top-4 flex flex-col gap-2 max-lg:static">
      <h2 className="text-sm font-medium">{t('preview')}</h2>
      <div className="flex flex-col gap-4 rounded-lg border border-line-2 bg-raised p-5 text-sm">
        <div>
          <p className="text-lg font-strong break-words">{name}</p>
          {description !== '' && <p className="break-words whitespace-pre-line text-ink-2">{description}</p>}
        </div>
        {fields.map((field, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the picture has no state
          <PreviewField key={index} field={field} />
        ))}
        <span className="rounded-md bg-accent py-1.5 text-center font-medium text-on-accent">{t('submit')}</span>
      </div>
    </section>
  )
}

function PreviewField({ field: { name, type, label, placeholder, required, options = [] } }: { field: FormField }) {
  const { t } = useTranslation('forms')
  const star = required && (
    <span aria-hidden className="ml-1 text-failed-fg">
      *
    </span>
  )
  const choices = type === 'checkbox' ? [label || name] : options
  const Icon = type === 'select' ? ChevronDown : type === 'date' ? Calendar : undefined
  const isChoice = type === 'checkbox' || type === 'multiselect'
  return (
    <div className="flex flex-col gap-1.5">
      {type !== 'checkbox' && (
        <p className="font-medium break-words">
          {label || name}
          {star}
        </p>
      )}
      {isChoice ? (
        choices.map((choice) => (
          <p key={choice} className="flex items-start gap-2 break-words">
            <span aria-hidden className="mt-0.5 size-4 shrink-0 rounded-xs border border-line-control-hover" />
            <span className="min-w-0">
              {choice}
              {type === 'checkbox' && star}
            </span>
          </p>
        ))
      ) : (
        <p className={cx(BOX, 'flex items-start gap-2', type === 'textarea' ? 'min-h-16' : 'min-h-8')}>
          <span className="min-w-0 flex-1 break-words">{type === 'file' ? t('chooseFile') : (placeholder ?? '')}</span>
          {Icon && <Icon aria-hidden size={16} strokeWidth={1.5} className="mt-0.5 shrink-0" />}
        </p>
      )}
    </div>
  )
}
