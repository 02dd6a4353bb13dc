import type { PropertyMap, PropertyMetadata } from '@piecework/model/piece/property'
import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Checkbox } from '../ui/checkbox.tsx'
import { Field } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Input } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import { Textarea } from '../ui/textarea.tsx'

interface AuthFieldsProps {
  fields: PropertyMap
  values: Readonly<Record<string, unknown>>
  onChange(values: Record<string, unknown>): void
  /** The names of the fields that were left empty. */
  missing: readonly string[]
  /** The complaints of the piece about values, by the name of their field. */
  refused: Readonly<Record<string, string>>
}

/** The fields with which a piece is connected. */
export function AuthFields({ fields, values, onChange, missing, refused }: AuthFieldsProps) {
  const { t } = useTranslation('connect')
  return Object.entries(fields).map(([name, property]) => {
    if (property.type === 'MARKDOWN')
      return (
        <p key={name} className="text-sm whitespace-pre-wrap text-ink-2">
          {property.description}
        </p>
      )
    const change = (value: unknown): void => onChange({ ...values, [name]: value })
    const label = property.displayName ?? name
    if (property.type === 'CHECKBOX')
      return (
        <div key={name}>
          <Checkbox checked={values[name] === true} onChange={change}>
            {label}
          </Checkbox>
          {property.description && <p className="pl-6 text-xs text-ink-3">{property.description}</p>}
        </div>
      )
    const error = missing.includes(name) ? t(wordOf(values[name]), { field: label }) : refused[name]
    if (property.type === 'STATIC_MULTI_SELECT_DROPDOWN')
      return (
        <Choices key={name} property={property} label={label} value={values[name]} error={error} onChange={change} />
      )
    return (
      <Field key={name} label={label} required={property.required === true} help={property.description} error={error}>
        <Control property={property} label={label} value={values[name]} onChange={change} />
      </Field>
    )
  })
}

/** A text that somebody typed is wrong only when the field wants a number. */
const wordOf = (value: unknown) => (typeof value === 'string' && value !== '' ? 'notNumber' : 'missing')

interface Choice {
  label: string
  value: unknown
}

const choicesOf = ({ options }: PropertyMetadata): Choice[] => {
  const list: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'options') : undefined
  return (Array.isArray(list) ? list : []).filter(
    (choice): choice is Choice =>
      typeof choice === 'object' && choice !== null && 'value' in choice && 'label' in choice,
  )
}

interface ControlProps {
  property: PropertyMetadata
  label: string
  value: unknown
  onChange(value: unknown): void
}

function Control({ property, label, value, onChange }: ControlProps) {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  switch (property.type) {
    case 'SECRET_TEXT':
      return <SecretInput value={text} onChange={onChange} />
    case 'LONG_TEXT':
      return <Textarea value={text} onChange={(event) => onChange(event.target.value)} />
    case 'NUMBER':
      return (
        <Input
          inputMode="decimal"
          value={text}
          onValueChange={(next) => onChange(next === '' ? undefined : Number.isNaN(Number(next)) ? next : Number(next))}
        />
      )
    case 'STATIC_DROPDOWN': {
      const choices = choicesOf(property)
      return (
        <Select
          label={label}
          value={value === undefined ? null : JSON.stringify(value)}
          options={choices.map((choice) => ({ value: JSON.stringify(choice.value), label: choice.label }))}
          onChange={(key) => onChange(choices.find((choice) => JSON.stringify(choice.value) === key)?.value)}
        />
      )
    }
    default:
      return <Input value={text} autoComplete="off" onValueChange={onChange} />
  }
}

/** Several of a few. Each has a name of its own, so that they are in no `Field`. */
function Choices({ property, label, value, error, onChange }: ControlProps & { error: string | undefined }) {
  const chosen: unknown[] = Array.isArray(value) ? value : []
  return (
    <fieldset className="flex min-w-0 flex-col gap-0.5">
      <legend className="mb-1.5 text-sm font-medium">
        {label}
        {property.required && (
          <span aria-hidden className="ml-1 text-failed-fg">
            *
          </span>
        )}
      </legend>
      {choicesOf(property).map((choice) => (
        <Checkbox
          key={JSON.stringify(choice.value)}
          checked={chosen.includes(choice.value)}
          onChange={(isOn) =>
            onChange(isOn ? [...chosen, choice.value] : chosen.filter((other) => other !== choice.value))
          }
        >
          {choice.label}
        </Checkbox>
      ))}
      {property.description && <p className="text-xs text-ink-3">{property.description}</p>}
      {error !== undefined && (
        <p role="alert" className="text-xs text-failed-fg">
          {error}
        </p>
      )}
    </fieldset>
  )
}

/** A secret that can be shown while it is typed. Password managers leave it alone: it is no password of this site. */
function SecretInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation('connect')
  const [isShown, setShown] = useState(false)
  return (
    <Input
      type={isShown ? 'text' : 'password'}
      autoComplete="new-password"
      value={value}
      onValueChange={onChange}
      trailing={
        <IconButton
          icon={isShown ? EyeOff : Eye}
          size="xs"
          label={isShown ? t('hide') : t('show')}
          onClick={() => setShown(!isShown)}
        />
      }
    />
  )
}
