import type { TFunction } from 'i18next'
import { Dot, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Change, isBreaking } from './changes.ts'

function wordsOf(change: Change, t: TFunction<'pieces'>): string {
  switch (change.kind) {
    case 'partGone':
      return t('change.partGone', change)
    case 'fieldAdded':
      return t('change.fieldAdded', change)
    case 'fieldRequired':
      return t('change.fieldRequired', change)
    case 'fieldGone':
      return t('change.fieldGone', change)
    case 'fieldType':
      return t('change.fieldType', change)
    case 'auth':
      return t('change.auth')
    case 'partsNew':
      return t('change.partsNew', { parts: change.parts.join(', ') })
  }
}

/** Differences between two versions, those after which a step may not run first. */
export function ChangeList({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation('pieces')
  if (changes.length === 0) return <p className="text-sm text-ink-2">{t('change.none')}</p>
  const sorted = [...changes].sort((a, b) => Number(isBreaking(b)) - Number(isBreaking(a)))
  return (
    <ul className="flex flex-col gap-1">
      {sorted.map((change) => {
        const words = wordsOf(change, t)
        const Icon = isBreaking(change) ? TriangleAlert : Dot
        return (
          <li key={words} className="flex gap-2 text-sm">
            <Icon
              aria-hidden
              size={16}
              strokeWidth={1.5}
              className={isBreaking(change) ? 'mt-0.5 shrink-0 text-warning-fg' : 'mt-0.5 shrink-0 text-ink-3'}
            />
            <span className="min-w-0 break-words">{words}</span>
          </li>
        )
      })}
    </ul>
  )
}
