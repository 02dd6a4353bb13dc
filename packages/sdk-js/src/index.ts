import { verify } from './verify.ts'

export { Client } from './client.ts'
export * from './errors.ts'
export type { WaitOptions } from './executions.ts'
export type { Listing, Page } from './listing.ts'
export type { CallOptions, ClientOptions } from './transport.ts'
export type * from './types.ts'
export type { VerifyOptions, WebhookEvent } from './verify.ts'
export type { ExecuteOptions } from './workflows.ts'

/** Reads messages of webhooks; needs no key. */
export const webhooks = { verify }
