import { corePiece } from '../common/core-piece.ts'
import { addSubtractDate } from './actions/add-subtract.ts'
import { dateDifference, extractDateParts, formatDate, getCurrentDate } from './actions/convert.ts'
import { nextDayOfWeek, nextDayOfYear } from './actions/next.ts'
import { firstDayOfPreviousMonth, lastDayOfPreviousMonth } from './actions/previous-month.ts'

export const dateHelper = corePiece({
  displayName: 'Date Helper',
  description: 'Read, format and calculate dates',
  logo: {
    color: '#b91c1c',
    drawing: '<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 3v4M16 3v4"/>',
  },
  actions: [
    getCurrentDate,
    formatDate,
    extractDateParts,
    dateDifference,
    addSubtractDate,
    nextDayOfWeek,
    nextDayOfYear,
    firstDayOfPreviousMonth,
    lastDayOfPreviousMonth,
  ],
})
