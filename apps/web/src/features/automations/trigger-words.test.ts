import i18next from 'i18next'
import { expect, test } from 'vitest'
import automations from '../../locales/en/automations.json' with { type: 'json' }
import { triggerWords } from './trigger-words.ts'

await i18next.init({ lng: 'en', resources: { en: { automations } } })
const t = i18next.getFixedT('en', 'automations')

const words = (piece: string, triggerName: string, input: Record<string, unknown> = {}) =>
  triggerWords(
    {
      type: 'PIECE_TRIGGER',
      displayName: 'As its author named it',
      pieceName: `@activepieces/piece-${piece}`,
      triggerName,
      input,
    },
    t,
  )

test('schedules are described in words', () => {
  expect([
    words('schedule', 'every_x_minutes', { minutes: 15 }),
    words('schedule', 'every_x_minutes', { minutes: 1 }),
    words('schedule', 'every_day', { hour_of_the_day: 7 }),
    words('schedule', 'every_week', { day_of_the_week: 1, hour_of_the_day: 14 }),
    words('schedule', 'every_month', { day_of_the_month: 3, hour_of_the_day: 0 }),
    words('schedule', 'cron_expression', { cronExpression: '0 9 * * 1' }),
  ]).toEqual([
    'Every 15 minutes',
    'Every minute',
    'Every day at 07:00',
    'Monday at 14:00',
    'Day 3 of the month at 00:00',
    'Cron 0 9 * * 1',
  ])
})

test('other triggers have their kind, or the name that their author gave', () => {
  expect([
    words('webhook', 'catch_webhook'),
    words('forms', 'chat_submission'),
    words('rss', 'new-item'),
    triggerWords({ type: 'EMPTY', displayName: 'Select', pieceName: null, triggerName: null, input: null }, t),
  ]).toEqual(['Webhook', 'Chat', 'As its author named it', 'No trigger yet'])
})
