import { Combobox } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown, Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../../ui/cx.ts'
import { CONTROL } from '../../../ui/input.tsx'
import { FLOAT, ITEM } from '../../../ui/menu-styles.ts'
import type { Choice } from './options.ts'

interface ChoicePickerProps {
  choices: readonly Choice[]
  chosen: readonly Choice[]
  onChoose(chosen: readonly Choice[]): void
  isMany?: boolean
  labelId: string
  isInvalid: boolean
  isDisabled: boolean
  placeholder: string
  /** The piece itself looks for the words. */
  onSearch?: ((words: string) => void) | undefined
}

const SEARCH_FROM = 8

/** One or several of any number of choices, with search. */
export function ChoicePicker(props: ChoicePickerProps) {
  const { choices, chosen, onChoose, isMany = false, labelId, isInvalid, isDisabled, placeholder, onSearch } = props
  const { t } = useTranslation('fields')
  const shown = chosen.map(({ label }) => label).join(', ')
  const content = (
    <>
      <Combobox.Trigger
        aria-labelledby={labelId}
        aria-invalid={isInvalid || undefined}
        className={cx(
          CONTROL,
          'flex h-8 items-center gap-2 rounded-md px-2.5 text-left aria-invalid:border-failed-solid data-disabled:bg-hover data-disabled:text-ink-disabled max-sm:h-11',
        )}
      >
        <span className={cx('min-w-0 flex-1 truncate', shown === '' && 'text-ink-3')}>{shown || placeholder}</span>
        <ChevronsUpDown aria-hidden size={14} className="shrink-0 text-ink-3" />
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} align="start" className="z-50">
          <Combobox.Popup className={cx(FLOAT, 'flex max-h-80 w-(--anchor-width) min-w-60 flex-col')}>
            <div
              className={cx(
                'flex items-center gap-2 border-b border-line-1 px-2.5 text-ink-3',
                choices.length < SEARCH_FROM && !onSearch && 'sr-only',
              )}
            >
              <Search aria-hidden size={14} />
              <Combobox.Input
                placeholder={t('choice.search')}
                aria-label={t('choice.search')}
                className="h-8 min-w-0 flex-1 bg-transparent text-ink-1 outline-none"
              />
            </div>
            <Combobox.Empty className="px-3 py-2 text-sm text-ink-3 empty:hidden">{t('choice.nothing')}</Combobox.Empty>
            <Combobox.List className="min-h-0 overflow-y-auto p-1 empty:hidden">
              {(choice: Choice) => (
                <Combobox.Item key={choice.key} value={choice} className={ITEM}>
                  <span className="min-w-0 flex-1 truncate">{choice.label}</span>
                  <Combobox.ItemIndicator>
                    <Check aria-hidden size={14} className="text-accent-text" />
                  </Combobox.ItemIndicator>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </>
  )
  const common = {
    items: choices,
    disabled: isDisabled,
    isItemEqualToValue: (a: Choice, b: Choice) => a.key === b.key,
    itemToStringLabel: (choice: Choice) => choice.label,
    onInputValueChange: onSearch,
    ...(onSearch ? { filter: null } : {}),
  }
  return isMany ? (
    <Combobox.Root<Choice, true> {...common} multiple value={[...chosen]} onValueChange={(next) => onChoose(next)}>
      {content}
    </Combobox.Root>
  ) : (
    <Combobox.Root<Choice>
      {...common}
      value={chosen[0] ?? null}
      onValueChange={(next: Choice | null) => onChoose(next ? [next] : [])}
    >
      {content}
    </Combobox.Root>
  )
}
