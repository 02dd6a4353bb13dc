import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../api/error-text.ts'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'
import { useOptions } from '../use-options.ts'
import { ChoicePicker } from './choice-picker.tsx'
import { type Choices, choiceOf, readChoices } from './options.ts'

interface PickerOf extends ControlProps {
  options: Choices
  isMany: boolean
  onSearch?: ((words: string) => void) | undefined
}

/** The value of a dropdown as choices, and back. */
function ValuePicker({ options, isMany, value, onChange, labelId, isInvalid, onSearch }: PickerOf) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  const values = isMany ? (Array.isArray(value) ? value : []) : [value]
  const chosen = values.flatMap((one) => choiceOf(one, options.choices) ?? [])
  return (
    <ChoicePicker
      choices={options.choices}
      chosen={chosen}
      isMany={isMany}
      labelId={labelId}
      isInvalid={isInvalid}
      isDisabled={isReadOnly || options.isDisabled}
      placeholder={options.placeholder ?? t('choice.choose')}
      onSearch={onSearch}
      onChoose={(next) => onChange(isMany ? next.map((choice) => choice.value) : next[0]?.value)}
    />
  )
}

export const StaticDropdown = (props: ControlProps) => (
  <ValuePicker {...props} isMany={false} options={readChoices(props.property.options)} />
)
export const StaticMultiSelect = (props: ControlProps) => (
  <ValuePicker {...props} isMany options={readChoices(props.property.options)} />
)

const NONE: Choices = { choices: [], isDisabled: false, placeholder: undefined }

/** A dropdown whose choices the piece gives. What was chosen stays when they cannot be had. */
function AskedPicker(props: ControlProps & { isMany: boolean }) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  const [words, setWords] = useState('')
  const asks = props.property.refreshOnSearch === true
  const query = useOptions(props.path, props.property, asks ? words : undefined)
  if (query.isPending && query.fetchStatus !== 'idle' && words === '') return <Skeleton className="h-8 rounded-md" />
  const options = query.data ? readChoices(query.data.options) : NONE
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center gap-1">
        <div className="min-w-0 flex-1">
          <ValuePicker {...props} options={options} onSearch={asks ? setWords : undefined} />
        </div>
        <IconButton
          icon={RefreshCw}
          label={t('choice.refresh')}
          onClick={() => query.refetch()}
          aria-busy={query.isFetching}
          className={query.isFetching ? '[&_svg]:animate-spin' : ''}
        />
      </div>
      {query.error && (
        <p className="flex items-center gap-2 text-xs text-failed-fg">
          {t('choice.failed', { reason: errorText(query.error, tCommon) })}
          <Button size="sm" kind="ghost" onClick={() => query.refetch()}>
            {tCommon('retry')}
          </Button>
        </p>
      )}
    </div>
  )
}

export const Dropdown = (props: ControlProps) => <AskedPicker {...props} isMany={false} />
export const MultiSelect = (props: ControlProps) => <AskedPicker {...props} isMany />
