import { createAction } from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { datedResult, outputProps, timeProps } from '../props.ts'

const props = { ...timeProps, ...outputProps }

export const firstDayOfPreviousMonth = createAction({
  name: 'first_day_of_previous_month',
  displayName: 'First Day of Previous Month',
  description: 'The date of the first day of the month before this one',
  errorHandlingOptions: errorHandlingHidden,
  props,
  run: async ({ propsValue }) =>
    datedResult(propsValue, (now, timed) => timed(now.startOf('month').minus({ months: 1 }))),
})

export const lastDayOfPreviousMonth = createAction({
  name: 'last_day_of_previous_month',
  displayName: 'Last Day of Previous Month',
  description: 'The date of the last day of the month before this one',
  errorHandlingOptions: errorHandlingHidden,
  props,
  run: async ({ propsValue }) =>
    datedResult(propsValue, (now, timed) => timed(now.startOf('month').minus({ days: 1 }))),
})
