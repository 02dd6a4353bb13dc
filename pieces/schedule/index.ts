import { corePiece } from '../common/core-piece.ts'
import { cronExpression } from './triggers/cron-expression.ts'
import { everyDay } from './triggers/every-day.ts'
import { everyHour } from './triggers/every-hour.ts'
import { everyMonth } from './triggers/every-month.ts'
import { everyWeek } from './triggers/every-week.ts'
import { everyXMinutes } from './triggers/every-x-minutes.ts'

export const schedule = corePiece({
  displayName: 'Schedule',
  description: 'Start flows by the clock',
  logo: {
    color: '#1d4ed8',
    drawing: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 3"/>',
  },
  triggers: [everyXMinutes, everyHour, everyDay, everyWeek, everyMonth, cronExpression],
})
