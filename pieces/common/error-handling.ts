import type { ErrorHandlingOptionsParam } from '@piecework/framework'

/** For actions whose failure is a mistake in the flow: trying again or going on would not help. */
export const errorHandlingHidden: ErrorHandlingOptionsParam = {
  continueOnFailure: { hide: true },
  retryOnFailure: { hide: true },
}
