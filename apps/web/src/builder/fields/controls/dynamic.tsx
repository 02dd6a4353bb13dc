import type { PropertyMap, PropertyMetadata } from '@piecework/model/piece/property'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../api/error-text.ts'
import { Banner } from '../../../ui/banner.tsx'
import { Button } from '../../../ui/button.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'
import { useOptions } from '../use-options.ts'
import { JsonText } from './text.tsx'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isProperty = (value: unknown): value is PropertyMetadata => isRecord(value) && typeof value.type === 'string'

const propertiesIn = (given: unknown): PropertyMap => {
  const found: PropertyMap = {}
  if (isRecord(given)) for (const [name, value] of Object.entries(given)) if (isProperty(value)) found[name] = value
  return found
}

/** Properties that the piece gives for the other values. What was typed stays when they cannot be had. */
export function DynamicControl(props: ControlProps) {
  const { path, property, value, onChange, labelId, Nested } = props
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  const { keepSchema } = useStep()
  const query = useOptions(path, property)
  const given = query.data?.options
  useEffect(() => {
    if (given !== undefined && !query.isPlaceholderData) keepSchema(path, given)
  }, [given, path, keepSchema, query.isPlaceholderData])

  if (query.isPending && query.fetchStatus !== 'idle')
    return (
      <div className="flex flex-col gap-2" aria-busy>
        <Skeleton className="w-24" />
        <Skeleton className="h-8 rounded-md" />
      </div>
    )
  if (query.error && given === undefined)
    return (
      <div className="flex flex-col gap-2">
        <Banner
          tone="failed"
          actions={
            <Button size="sm" busy={query.isFetching} onClick={() => query.refetch()}>
              {tCommon('retry')}
            </Button>
          }
        >
          {t('dynamic.failed', { reason: errorText(query.error, tCommon) })}
        </Banner>
        <JsonText {...props} onChange={(text) => onChange(asMap(text) ?? value)} />
      </div>
    )
  const properties = propertiesIn(given)
  if (Object.keys(properties).length === 0) return null
  // The name is seen here because the list of what is missing uses it, too.
  return (
    <fieldset aria-labelledby={labelId} className="flex min-w-0 flex-col gap-3">
      <span id={labelId} className="border-b border-line-1 pb-1 text-xs text-ink-3">
        {property.displayName ?? path}
      </span>
      <Nested
        path={path}
        properties={properties}
        values={isRecord(value) ? value : {}}
        onChange={(next) => onChange(next)}
      />
    </fieldset>
  )
}

function asMap(text: unknown): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(String(text))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
