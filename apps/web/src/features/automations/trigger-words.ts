import type { TFunction } from 'i18next'
import type { FlowOverview } from '../../api/flows.ts'
import { dates } from '../../app/format.ts'

type Words = TFunction<'automations'>

const PIECE = '@activepieces/piece-'

const timeOf = (hour: unknown): string =>
  dates({
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }).format(Date.UTC(2024, 0, 1, Number(hour) || 0))

/** @param day of the week, 0 for Sunday */
const weekdayOf = (day: unknown): string =>
  dates({ weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 7 + (Number(day) || 0)))

/** Describes the trigger of a flow in a few words. */
export function triggerWords({ type, displayName, pieceName, triggerName, input }: FlowOverview['trigger'], t: Words) {
  if (type !== 'PIECE_TRIGGER') return t('trigger.none')
  switch (pieceName) {
    case `${PIECE}webhook`:
      return t('trigger.webhook')
    case `${PIECE}forms`:
      return triggerName === 'chat_submission' ? t('trigger.chat') : t('trigger.form')
    case `${PIECE}subflows`:
      return t('trigger.subflow')
    case `${PIECE}manual-trigger`:
      return t('trigger.manual')
    case `${PIECE}schedule`:
      return scheduleWords(triggerName, input ?? {}, t) ?? displayName
    default:
      return displayName
  }
}

function scheduleWords(triggerName: string | null, input: Record<string, unknown>, t: Words): string | undefined {
  const time = timeOf(input.hour_of_the_day)
  switch (triggerName) {
    case 'every_x_minutes':
      return t('trigger.minutes', { count: Number(input.minutes) || 1 })
    case 'every_hour':
      return t('trigger.hourly')
    case 'every_day':
      return t('trigger.daily', { time })
    case 'every_week':
      return t('trigger.weekly', { day: weekdayOf(input.day_of_the_week), time })
    case 'every_month':
      return t('trigger.monthly', { day: Number(input.day_of_the_month) || 1, time })
    case 'cron_expression':
      return t('trigger.cron', { expression: String(input.cronExpression ?? '') })
    default:
      return undefined
  }
}

/** When it runs next, where no time is known: on a call, on a form sent, … */
export function waitWords({ trigger, status }: FlowOverview, t: Words): string {
  if (status !== 'ENABLED') return ''
  if (trigger.pieceName === `${PIECE}forms`) return t('next.form')
  if (trigger.pieceName === `${PIECE}manual-trigger`) return t('next.manual')
  return t('next.call')
}
