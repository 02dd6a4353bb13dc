import { AppError } from '../errors.ts'

/** The part of an operation that cannot be applied, so that a client can show the error there. */
export interface InvalidPlace {
  stepName?: string | undefined
  /** A path in the request of the operation, or in the step inside it: `parentStep`, `action.name`, `branchIndex`. */
  field?: string | undefined
  value?: string | number | undefined
}

/** The refusal of an operation that cannot be applied to this version. */
export function invalid(message: string, { stepName, field, value }: InvalidPlace = {}): AppError {
  return new AppError('FLOW_OPERATION_INVALID', {
    message,
    ...(stepName === undefined ? {} : { stepName }),
    ...(field === undefined ? {} : { field }),
    ...(value === undefined ? {} : { value }),
  })
}
