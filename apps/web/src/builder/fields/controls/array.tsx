import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { ExpressionInput } from '../expression-input.tsx'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'
import { JsonText, textOf } from './text.tsx'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The default values of a new item. */
const newItem = (properties: NonNullable<ControlProps['property']['properties']>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, { defaultValue }]) =>
      defaultValue === undefined ? [] : [[name, defaultValue]],
    ),
  )

/** A list of texts, or of groups of fields. */
export function ArrayControl(props: ControlProps) {
  const { path, property, value, onChange, labelId, Nested } = props
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  // One expression for each column instead of rows, as imported flows may have it.
  if (isRecord(value)) return <JsonText {...props} />
  const items: unknown[] = Array.isArray(value) ? value : []
  const { properties } = property
  const change = (index: number, item: unknown): void => onChange(items.with(index, item))
  const move = (index: number, by: number): void => {
    const rest = items.toSpliced(index, 1)
    onChange(rest.toSpliced(index + by, 0, items[index]))
  }
  const name = property.displayName ?? ''
  const acts = (index: number) =>
    !isReadOnly && (
      <span className="flex shrink-0">
        {items.length > 1 && (
          <>
            <IconButton
              icon={ArrowUp}
              size="xs"
              label={t('list.up', { number: index + 1 })}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            />
            <IconButton
              icon={ArrowDown}
              size="xs"
              label={t('list.down', { number: index + 1 })}
              disabled={index === items.length - 1}
              onClick={() => move(index, 1)}
            />
          </>
        )}
        <IconButton
          icon={X}
          size="xs"
          label={t('list.remove', { number: index + 1 })}
          onClick={() => onChange(items.toSpliced(index, 1))}
        />
      </span>
    )
  return (
    <fieldset aria-labelledby={labelId} className="flex flex-col gap-2">
      {items.map((item, index) =>
        properties ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no other name
          <div key={index} className="rounded-md border border-line-2 bg-inset">
            <div className="flex items-center border-b border-line-1 py-1 pr-1 pl-3 text-xs text-ink-3">
              <span className="flex-1">{t('list.item', { number: index + 1 })}</span>
              {acts(index)}
            </div>
            <div className="p-3">
              <Nested
                path={`${path}.${index}`}
                properties={properties}
                values={isRecord(item) ? item : {}}
                onChange={(next) => change(index, next)}
              />
            </div>
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <div key={index} className="flex items-start gap-1">
            <ExpressionInput
              value={textOf(item)}
              label={`${name} ${index + 1}`}
              onChange={(text) => change(index, text)}
            />
            <span className="pt-1">{acts(index)}</span>
          </div>
        ),
      )}
      {!isReadOnly && (
        <Button
          size="sm"
          icon={Plus}
          className="self-start"
          onClick={() => onChange([...items, properties ? newItem(properties) : ''])}
        >
          {t('list.add')}
        </Button>
      )}
    </fieldset>
  )
}
