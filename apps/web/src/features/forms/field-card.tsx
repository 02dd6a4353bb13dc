import { ChevronDown, ChevronRight, Trash2 } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormField } from '../../api/graph.ts'
import { Badge } from '../../ui/badge.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Field } from '../../ui/field.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Textarea } from '../../ui/textarea.tsx'
import { FIELD_TYPES, type FieldType, hasLimits, hasOptions, hasPlaceholder } from './drafts.ts'

interface CardProps {
  field: FormField
  complaints: Record<string, string>
  /** The button that moves it. */
  handle: ReactNode
  onChange(field: FormField): void
  onRemove(): void
}

/** One field of a form: a line, and its settings when it is opened. */
export function FieldCard({ field, complaints, handle, onChange, onRemove }: CardProps) {
  const { t } = useTranslation('forms')
  const [isOpen, setOpen] = useState(false)
  const settings = useId()
  const { name, type, label, required } = field
  const isWrong = Object.keys(complaints).length > 0
  const Chevron = isOpen || isWrong ? ChevronDown : ChevronRight
  return (
    <div className="rounded-md border border-line-2 bg-raised">
      <div className="flex items-center gap-1 p-1.5">
        {handle}
        <button
          type="button"
          aria-expanded={isOpen || isWrong}
          aria-controls={settings}
          className="flex min-w-0 flex-1 items-center gap-2 rounded-sm px-1.5 py-1 text-left text-sm hover:bg-hover"
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron aria-hidden size={14} className="shrink-0 text-ink-3" />
          <span className="min-w-0 truncate font-medium">{label || name}</span>
          <span className="shrink-0 text-xs text-ink-3">{t(`types.${type}`)}</span>
          {required && <Badge>{t('required')}</Badge>}
        </button>
        <IconButton size="sm" icon={Trash2} label={t('removeField', { name: label || name })} onClick={onRemove} />
      </div>
      <div id={settings} hidden={!isOpen && !isWrong} className="border-t border-line-1 p-3">
        <FieldSettings field={field} complaints={complaints} onChange={onChange} />
      </div>
    </div>
  )
}

function FieldSettings({ field, complaints, onChange }: Pick<CardProps, 'field' | 'complaints' | 'onChange'>) {
  const { t } = useTranslation('forms')
  const { name, type, label = '', placeholder = '', required, options = [], min, max } = field
  const write = (change: Partial<FormField>): void => onChange({ ...field, ...change })
  const limit = (side: 'min' | 'max', value: number | undefined) => (
    <Field label={t(`limits.${side}.${limitsOf(type)}`)} error={complaints[side]}>
      <Input
        type="number"
        value={value ?? ''}
        onValueChange={(text) => write({ [side]: text === '' ? undefined : Number(text) })}
      />
    </Field>
  )
  return (
    <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
      <Field label={t('label')} error={complaints.label}>
        <Input maxLength={500} value={label} onValueChange={(value) => write({ label: value })} />
      </Field>
      <Field label={t('type')}>
        <Select<FieldType>
          value={type}
          options={FIELD_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          onChange={(value) => write({ type: value })}
        />
      </Field>
      <Field label={t('fieldName')} help={t('fieldNameHelp')} error={complaints.name}>
        <Input mono maxLength={100} value={name} onValueChange={(value) => write({ name: value })} />
      </Field>
      {hasPlaceholder(type) && (
        <Field label={t('placeholder')} error={complaints.placeholder}>
          <Input maxLength={500} value={placeholder} onValueChange={(value) => write({ placeholder: value })} />
        </Field>
      )}
      {hasOptions(type) && (
        <Field className="col-span-full" label={t('options')} help={t('optionsHelp')} error={complaints.options}>
          <Textarea
            value={options.join('\n')}
            onChange={({ target }) => write({ options: target.value === '' ? [] : target.value.split('\n') })}
          />
        </Field>
      )}
      {hasLimits(type) && limit('min', min)}
      {hasLimits(type) && limit('max', max)}
      <Checkbox checked={required} onChange={(value) => write({ required: value })}>
        {t('mustFill')}
      </Checkbox>
    </div>
  )
}

const limitsOf = (type: FieldType): 'number' | 'choices' | 'letters' =>
  type === 'number' ? 'number' : type === 'multiselect' ? 'choices' : 'letters'
