import rateLimit from '@fastify/rate-limit'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Settings } from '../settings.ts'

/** The requests that one address may make in a window. */
export interface RateLimit {
  max: number
  timeWindow: number
  /** Counts by more than the address. */
  keyGenerator?: (request: FastifyRequest) => string
}

/** The limits that endpoints of the contract name; one that is switched off is missing. */
export function rateLimits(settings: Settings): Partial<Record<string, RateLimit>> {
  const { apiRateLimitAuthnEnabled, apiRateLimitAuthnMax, apiRateLimitAuthnWindow } = settings
  const authentication = { max: apiRateLimitAuthnMax, timeWindow: apiRateLimitAuthnWindow }
  return {
    ...(apiRateLimitAuthnEnabled ? { authentication } : {}),
    form: {
      max: settings.formSubmissionsPerMinute,
      timeWindow: 60_000,
      keyGenerator: (request) => `${request.server.addressOf(request)} ${Reflect.get(Object(request.params), 'id')}`,
    },
  }
}

/** Lets routes have a `limit`; answers carry X-RateLimit-Limit, -Remaining and -Reset. */
export async function registerRateLimit(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    keyGenerator: app.addressOf,
    errorResponseBuilder: (_request, context) =>
      new AppError('RATE_LIMITED', { message: `too many requests: try again in ${context.after}`, limit: context.max }),
  })
}

/** The address of the client, taken from the trusted header when there is one. */
export function clientAddress(request: FastifyRequest, header: string | undefined): string {
  const given = header === undefined ? undefined : request.headers[header.toLowerCase()]
  const first = (Array.isArray(given) ? given[0] : given)?.split(',')[0]?.trim()
  return first || request.ip
}
