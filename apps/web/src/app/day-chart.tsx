import { useTranslation } from 'react-i18next'
import { cx } from '../ui/cx.ts'
import { Tip } from '../ui/tooltip.tsx'
import { ceiling, type DayTotals } from './day-totals.ts'
import { dates, number } from './format.ts'

const HEIGHT = 116
const GROUPS = ['failed', 'other', 'succeeded'] as const
const COLOURS = { failed: 'bg-failed-solid', other: 'bg-paused-solid', succeeded: 'bg-success-solid' }

const dayOf = (day: string): Date => new Date(`${day}T12:00:00`)

/** The time that a column stands for. */
export type ChartUnit = 'day' | 'week' | 'month'

const UNIT_NAMES = {
  day: { day: 'numeric' },
  week: { month: 'short', day: 'numeric' },
  month: { month: 'short', year: '2-digit' },
} as const satisfies Record<ChartUnit, Intl.DateTimeFormatOptions>
/** More columns than this have no room for a name each. */
const MOST_NAMED = 14
const NAMES_OF_MANY = 6

interface DayChartProps {
  days: readonly DayTotals[]
  unit?: ChartUnit
}

/** Runs by day and outcome, as columns. Screen readers get each day as a sentence. */
export function DayChart({ days, unit = 'day' }: DayChartProps) {
  const { t } = useTranslation('runs')
  const top = ceiling(Math.max(...days.map(({ total }) => total)))
  const isCrowded = days.length > MOST_NAMED
  const style = isCrowded && unit === 'day' ? UNIT_NAMES.week : UNIT_NAMES[unit]
  const date = dates(style)
  const weekday = dates({ weekday: 'short' })
  /** Languages have their own orders of a weekday with a day alone, and some put dots; columns are narrow. */
  const nameOf = (day: Date): string =>
    style === UNIT_NAMES.day ? `${weekday.format(day)} ${day.getDate()}` : date.format(day)
  const isToday = (index: number): boolean => unit === 'day' && !isCrowded && index === days.length - 1
  const step = isCrowded ? Math.ceil(days.length / NAMES_OF_MANY) : 1
  return (
    <div className="flex h-full gap-2">
      <div
        aria-hidden
        className="flex flex-col justify-between pb-6 text-right text-xs text-ink-3 tabular-nums"
        style={{ height: HEIGHT + 24 }}
      >
        <span>{number(top)}</span>
        <span>{number(top / 2)}</span>
        <span>0</span>
      </div>
      <ol className="relative flex min-w-0 flex-1 justify-around" style={{ height: HEIGHT + 24 }}>
        {[0, 0.5, 1].map((line) => (
          <li
            key={line}
            aria-hidden
            role="presentation"
            className="absolute inset-x-0 border-t border-line-1"
            style={{ top: 8 + line * (HEIGHT - 8) }}
          />
        ))}
        {days.map((day, index) => (
          <li
            key={day.day}
            className={cx('relative flex flex-col items-center justify-end', isCrowded && 'min-w-0 flex-1')}
          >
            <Tip
              text={
                <span className="flex flex-col gap-0.5">
                  <b>{dates({ dateStyle: 'full' }).format(dayOf(day.day))}</b>
                  {GROUPS.toReversed().map((group) => (
                    <span key={group} className="flex gap-3">
                      {t(`chart.${group}`)} <span className="ml-auto tabular-nums">{number(day[group])}</span>
                    </span>
                  ))}
                </span>
              }
            >
              <button
                type="button"
                className={cx(
                  'flex flex-col justify-end gap-px overflow-hidden rounded-t-xs',
                  isCrowded ? 'w-full max-w-7 px-px' : 'w-7 max-sm:w-5',
                )}
                style={{ height: HEIGHT - 8 }}
                aria-label={t('chart.day', {
                  day: nameOf(dayOf(day.day)),
                  ...{ succeeded: day.succeeded, failed: day.failed, other: day.other },
                })}
              >
                {GROUPS.filter((group) => day[group] > 0).map((group) => (
                  <span
                    key={group}
                    className={COLOURS[group]}
                    style={{ height: Math.max(2, (day[group] / top) * (HEIGHT - 8)) }}
                  />
                ))}
              </button>
            </Tip>
            <span
              className={cx(
                'h-6 pt-1.5 text-xs whitespace-nowrap',
                isToday(index) ? 'font-medium' : 'text-ink-3',
                isCrowded && 'w-0 overflow-visible',
              )}
            >
              {isToday(index) ? t('chart.today') : index % step === 0 ? nameOf(dayOf(day.day)) : ''}
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}
