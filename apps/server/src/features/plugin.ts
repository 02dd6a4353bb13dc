import type { FastifyInstance } from 'fastify'
import type { UpgradeHandler } from '../http/upgrades.ts'
import type { Subscriber } from '../outbox/subscriber.ts'

/**
 * A feature as the server sees it. Its folder has a `plugin.ts` with a function that takes what the feature needs and
 * returns this; `registry.ts` lists them all. What happens elsewhere it learns by `events.on`, when it is made.
 */
export interface Plugin {
  /** The name of its folder. */
  name: string
  /** Registers its routes. */
  routes?(app: FastifyInstance): void | Promise<void>
  /** Functions that take over connections, by their path. */
  upgrades?: Readonly<Record<string, UpgradeHandler>>
  /** The receivers of events that outlive the process. */
  subscribers?: readonly Subscriber[]
  /** The server listens, and runs do not begin yet. */
  prepare?(): Promise<void>
  /** Runs begin. */
  start?(): void | Promise<void>
  /** The server is about to stop; requests are still answered. */
  stop?(): void | Promise<void>
  /** No request is answered any more: waits for what goes on in the background. */
  settle?(): Promise<void>
}

/** Registers the routes of all, in their order. */
export async function registerRoutes(app: FastifyInstance, plugins: readonly Plugin[]): Promise<void> {
  for (const plugin of plugins) await plugin.routes?.(app)
}

/** Takes all through one of their moments, one after another. */
export async function runStage(
  moment: 'prepare' | 'start' | 'stop' | 'settle',
  plugins: readonly Plugin[],
): Promise<void> {
  for (const plugin of plugins) await plugin[moment]?.()
}
