import { Copy } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../ui/icon-button.tsx'
import { jsonLength } from '../ui/json-length.ts'
import { notify } from '../ui/toast.tsx'
import { differenceOf } from '../ui/value-difference.ts'
import { ValueTree } from '../ui/value-tree.tsx'
import { bytes, number } from './format.ts'

export type Shape = 'tree' | 'json'

const LONGEST_JSON = 200_000

interface StepSideProps {
  label: string
  value: unknown
  shape: Shape
  /** The value of the other run, when two are compared. */
  other?: { value: unknown }
}

/** The input or the output of a step. */
export function StepSide({ label, value, shape, other }: StepSideProps) {
  const { t } = useTranslation('runs')
  const size = useMemo(() => jsonLength(value), [value])
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(jsonText(value))
    notify({ text: t('copied') })
  }
  return (
    <section aria-label={label} className="flex min-h-40 min-w-0 flex-col">
      <header className="flex h-9 items-center gap-2 px-4 text-sm">
        <h3 className="font-strong">{label}</h3>
        <span className="text-xs text-ink-3">{bytes(size)}</span>
        <span className="ml-auto">
          <IconButton size="xs" icon={Copy} label={t('copyValue', { label })} onClick={() => void copy()} />
        </span>
      </header>
      {other ? (
        <Difference label={label} value={value} other={other.value} />
      ) : value === undefined ? (
        <p className="px-4 text-sm text-ink-3">{t('nothing')}</p>
      ) : shape === 'tree' ? (
        <ValueTree label={label} value={value} className="min-h-0 flex-1 px-1 pb-3" />
      ) : (
        <Json value={value} />
      )}
    </section>
  )
}

const jsonText = (value: unknown): string => (value === undefined ? '' : (JSON.stringify(value, null, 2) ?? ''))

function Json({ value }: { value: unknown }) {
  const { t } = useTranslation('runs')
  const text = useMemo(() => jsonText(value), [value])
  return (
    <pre className="min-h-0 flex-1 overflow-auto px-4 pb-3 font-mono text-xs whitespace-pre-wrap">
      {text.slice(0, LONGEST_JSON)}
      {text.length > LONGEST_JSON && `\n${t('cut')}`}
    </pre>
  )
}

function Difference({ label, value, other }: { label: string; value: unknown; other: unknown }) {
  const { t } = useTranslation('runs')
  const difference = useMemo(() => differenceOf(value, other), [value, other])
  const { count } = difference
  return (
    <>
      <p role="status" className="px-4 pb-1 text-xs text-ink-2">
        {count === 0 ? t('compare.equal') : t('compare.different', { count, shown: number(count) })}
      </p>
      {difference.value !== undefined && (
        <ValueTree
          label={label}
          value={difference.value}
          marks={difference.marks}
          className="min-h-0 flex-1 px-1 pb-3"
        />
      )}
    </>
  )
}
