import { expect } from 'vitest'
import type { Surroundings } from './piece-cases.ts'

/** The piece, the trigger, the input, and what the events match. */
export type GoodTrigger = [piece: string, trigger: string, input: object, events: unknown[]]
/** The piece, the trigger, the input, and a part of the error. */
export type BadTrigger = [piece: string, trigger: string, input: object, message: string]

export const feed =
  '<rss version="2.0"><channel><title>News</title><item><guid>1</guid><title>One</title></item></channel></rss>'

const every: GoodTrigger[] = [
  ['schedule', 'every_x_minutes', { minutes: 5 }, [{ cron_expression: '*/5 * * * *', timezone: 'UTC' }]],
  ['schedule', 'every_hour', { run_on_weekends: false }, [{ cron_expression: '0 * * * 1-5', timezone: 'UTC' }]],
  [
    'schedule',
    'every_day',
    { hour_of_the_day: 7, timezone: 'Asia/Kolkata', run_on_weekends: true },
    [{ hour_of_the_day: 7, timezone: 'Asia/Kolkata', cron_expression: '0 7 * * *' }],
  ],
  [
    'schedule',
    'every_week',
    { day_of_the_week: 1, hour_of_the_day: 7, timezone: 'UTC' },
    [{ hour_of_the_day: 7, day_of_the_week: 1, cron_expression: '0 7 * * 1', timezone: 'UTC' }],
  ],
  [
    'schedule',
    'every_month',
    { day_of_the_month: 31, hour_of_the_day: 7, timezone: 'UTC' },
    [{ hour_of_the_day: 7, day_of_the_month: 31, cron_expression: '0 7 31 * *', timezone: 'UTC' }],
  ],
  ['schedule', 'cron_expression', { cronExpression: '0/5 * * * *', timezone: 'UTC' }, [{}]],
  ['manual-trigger', 'manual_trigger', {}, [{}]],
  [
    'subflows',
    'callableFlow',
    { mode: 'simple', exampleData: { sampleData: { a: 1 } } },
    [{ data: { a: 1 }, callbackUrl: 'MOCK' }],
  ],
]

export const goodTriggers = ({ echo, auth, table }: Surroundings): GoodTrigger[] => [
  ...every,
  ['rss', 'new-item', { rss_feed_url: `${echo}/feed` }, [{ guid: '1', title: 'One', meta: { title: 'News' } }]],
  ['rss', 'new-item-list', { rss_feed_urls: [`${echo}/feed`] }, [{ guid: '1', title: 'One' }]],
  [
    'postgres',
    'new-row',
    {
      auth: auth.postgres,
      table: { table_schema: 'public', table_name: table },
      order_by: 'id',
      order_direction: 'DESC',
    },
    // The newest event is shown first, and it is the last of the poll.
    [{ id: 1 }, { id: 2 }],
  ],
  ['sftp', 'new_file', { auth: auth.sftp, path: './' }, [{ type: '-', name: 'new.txt', size: 4, path: './new.txt' }]],
  [
    'imap',
    'new_email',
    { auth: auth.imap, mailbox: 'Kept' },
    [{ subject: 'Kept', from: { value: [{ address: 'ada@example.com' }] }, uid: expect.any(Number), attachments: [] }],
  ],
]

export const badTriggers = ({ echo, auth }: Surroundings): BadTrigger[] => [
  ['schedule', 'every_x_minutes', { minutes: 75 }, 'Minutes must be a whole number from 1 to 59'],
  ['schedule', 'every_day', { hour_of_the_day: 24, timezone: 'UTC', run_on_weekends: true }, 'Hour of the day must be'],
  ['schedule', 'every_week', { day_of_the_week: 7, hour_of_the_day: 1, timezone: 'UTC' }, 'Day of the week must be'],
  ['schedule', 'every_month', { day_of_the_month: 0, hour_of_the_day: 1, timezone: 'UTC' }, 'Day of the month must be'],
  ['rss', 'new-item', { rss_feed_url: echo }, 'is not a feed'],
  ['rss', 'new-item-list', { rss_feed_urls: ['nowhere'] }, 'Not a URL: nowhere'],
  [
    'postgres',
    'new-row',
    {
      auth: auth.postgres,
      table: { table_schema: 'public', table_name: 'missing' },
      order_by: 'id',
      order_direction: 'DESC',
    },
    'does not exist',
  ],
  ['imap', 'new_email', { auth: auth.imap, mailbox: 'Missing' }, 'Missing'],
]

/** Triggers that cannot be tested by asking them, because they are called or their input cannot be wrong. */
export const TRIGGERS_SHOWN_ELSEWHERE: Record<string, string> = {
  'webhook catch_webhook': 'webhooks.test.ts',
  'forms form_submission': 'pieces.test.ts',
  'forms chat_submission': 'pieces.test.ts',
}
