import type { Tracing } from '../../observability/tracing.ts'
import type { RunStarter } from '../runs/starting/start.ts'

/** The same starter, with a span for each webhook call. */
export function traceWebhooks(tracing: Pick<Tracing, 'webhook'>, starter: RunStarter): RunStarter {
  return {
    ...starter,
    async start(run, ...rest) {
      const begin = Date.now()
      const begins = await starter.start(run, ...rest)
      tracing.webhook(run, { begin, isSync: false })
      return begins
    },
    async startAndWait(run, ...rest) {
      const begin = Date.now()
      const reply = await starter.startAndWait(run, ...rest)
      tracing.webhook(run, { begin, isSync: true })
      return reply
    },
  }
}
