import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { number } from '../../app/format.ts'
import type { Rounds } from '../../app/step-results.ts'
import { IconButton } from '../../ui/icon-button.tsx'

/** Chooses the round of a loop that shows, and leads to those that failed. */
export function RoundPicker({
  rounds: { count, shown, failed },
  onRound,
}: {
  rounds: Rounds
  onRound(round: number): void
}) {
  const { t } = useTranslation('runs')
  const nextFailed = failed.find((round) => round > shown) ?? failed[0]
  return (
    <span className="flex shrink-0 items-center gap-0.5 rounded-md border border-line-2 bg-raised px-0.5 text-xs">
      <IconButton
        size="xs"
        icon={ChevronLeft}
        label={t('round.previous')}
        disabled={shown === 0}
        onClick={() => onRound(shown - 1)}
      />
      <input
        aria-label={t('round.label', { shown: number(count) })}
        type="number"
        min={1}
        max={count}
        value={shown + 1}
        onChange={({ target }) => {
          const round = Math.round(Number(target.value)) - 1
          if (round >= 0 && round < count) onRound(round)
        }}
        className="w-11 rounded-xs bg-transparent text-right tabular-nums"
      />
      <span className="px-1 text-ink-3">{t('round.of', { count: number(count) })}</span>
      <IconButton
        size="xs"
        icon={ChevronRight}
        label={t('round.next')}
        disabled={shown >= count - 1}
        onClick={() => onRound(shown + 1)}
      />
      {nextFailed !== undefined && (nextFailed !== shown || failed.length > 1) && (
        <button
          type="button"
          onClick={() => onRound(nextFailed)}
          className="rounded-xs px-1.5 py-1 font-medium text-failed-fg hover:bg-hover"
        >
          {t('round.nextFailed', { count: failed.length })}
        </button>
      )}
    </span>
  )
}
