import { AppError } from '../errors.ts'

/** The refusal of an operation that cannot be applied to this version. */
export function invalid(message: string): AppError {
  return new AppError('FLOW_OPERATION_INVALID', { message })
}
