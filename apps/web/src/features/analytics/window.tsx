import { useTranslation } from 'react-i18next'
import type { AnalyticsWindow } from '../../api/analytics.ts'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

type Period = NonNullable<AnalyticsWindow['timePeriod']>
const PERIODS: Record<Period, number> = {
  ...{ 'last-week': 7, 'last-month': 30, 'last-three-months': 91, 'last-six-months': 182, 'last-year': 365 },
}
const isPeriod = (name: string): name is Period => Object.hasOwn(PERIODS, name)
const NAMES = Object.keys(PERIODS).filter(isPeriod)
const DAY_MS = 24 * 3_600_000

/** The days that the page is about, and where they begin. */
export interface Days {
  period: Period | 'own'
  from: string
  to: string
  timezone: string
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

const dayIn = (timezone: string, time: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(time)

export function lastDays(period: Period, timezone: string): Days {
  const now = Date.now()
  return { period, timezone, from: dayIn(timezone, now - (PERIODS[period] - 1) * DAY_MS), to: dayIn(timezone, now) }
}

/** Chooses the days. */
export function WindowChoice({ days, onChange }: { days: Days; onChange(days: Days): void }) {
  const { t } = useTranslation('analytics')
  const zones = [...new Set([ownZone(), 'UTC'])]
  return (
    <>
      <div className="w-44 max-sm:w-full">
        <Select<Days['period']>
          label={t('period')}
          value={days.period}
          options={[...NAMES, 'own' as const].map((value) => ({ value, label: t(`periods.${value}`) }))}
          onChange={(period) => onChange(period === 'own' ? { ...days, period } : lastDays(period, days.timezone))}
        />
      </div>
      {days.period === 'own' && (
        <>
          <div className="w-40">
            <Input
              type="date"
              aria-label={t('from')}
              max={days.to}
              value={days.from}
              onValueChange={(from) => from !== '' && onChange({ ...days, from })}
            />
          </div>
          <div className="w-40">
            <Input
              type="date"
              aria-label={t('to')}
              min={days.from}
              value={days.to}
              onValueChange={(to) => to !== '' && onChange({ ...days, to })}
            />
          </div>
        </>
      )}
      <div className="w-44 max-sm:w-full">
        <Select<string>
          label={t('timezone')}
          value={days.timezone}
          options={zones.map((value) => ({ value, label: value }))}
          onChange={(timezone) =>
            onChange(days.period === 'own' ? { ...days, timezone } : lastDays(days.period, timezone))
          }
        />
      </div>
    </>
  )
}
