import { createHash, randomBytes } from 'node:crypto'
import { context, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import type { JournalEntry } from '@piecework/engine/protocol'
import { isOfLoop } from '@piecework/model/run/loop-output'
import { StepOutput } from '@piecework/model/run/step-output'
import type { ObservedAttempt } from '../events/runs.ts'
import { acceptedAt, type RunObserver } from './observer.ts'

// Imported by tracing alone, which is imported only when AP_OTEL_ENABLED is true.

export interface Tracing extends RunObserver {
  /** A webhook call has begun a run, and was answered just now. */
  webhook(run: { id: string; flowId: string }, call: { begin: number; isSync: boolean }): void
  /** Sends what is left. */
  close(): Promise<void>
}

interface TracingOptions {
  release: string
  /** OTEL_EXPORTER_OTLP_ENDPOINT; headers and time limits are read by the exporter itself. */
  endpoint: string
  protocol: 'http/protobuf' | 'http/json'
  serviceName: string
}

/** Longer runs go on without spans of their further steps: a loop must not fill the collector. */
const MAX_STEP_SPANS = 500
const PATH = '/v1/traces'

/**
 * Traces of runs: a trace per run with spans for the webhook call, the wait in the queue, each attempt on a worker
 * and each step (docs/observability.md, Traces). The ids of trace and first span follow from the
 * run's id, so that the apps which accept, run and resume it need not tell each other.
 */
export async function startTracing({ release, endpoint, protocol, serviceName }: TracingOptions): Promise<Tracing> {
  const url = endpoint.endsWith(PATH) ? endpoint : `${endpoint}${PATH}`
  let fixed: { traceId: string; spanId: string } | undefined
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.version': release,
    }),
    idGenerator: {
      generateTraceId: () => fixed?.traceId ?? randomBytes(16).toString('hex'),
      generateSpanId: () => fixed?.spanId ?? randomBytes(8).toString('hex'),
    },
    spanProcessors: [new BatchSpanProcessor({ exporter: await exporterFor(protocol, url) })],
  })
  const tracer = provider.getTracer('piecework', release)

  /** The context under which all spans of a run are. */
  const contextOf = (runId: string) => {
    const ids = idsOf(runId)
    const parent = trace.wrapSpanContext({ ...ids, traceFlags: TraceFlags.SAMPLED, isRemote: true })
    return trace.setSpan(context.active(), parent)
  }

  /** The first span of the trace, once the run is over. */
  const runSpan = (run: ObservedAttempt, attributes: Record<string, string>, status: string, end: number): void => {
    fixed = idsOf(run.runId)
    try {
      const span = tracer.startSpan('run', { root: true, startTime: acceptedAt(run), attributes })
      finish(span, status, end)
    } finally {
      fixed = undefined
    }
  }

  return {
    webhook({ id, flowId }, { begin, isSync }) {
      const attributes = { 'piecework.run.id': id, 'piecework.flow.id': flowId, 'piecework.webhook.sync': isSync }
      tracer.startSpan('webhook', { kind: SpanKind.SERVER, startTime: begin, attributes }, contextOf(id)).end()
    },

    wantsSteps: () => true,

    started(run) {
      const { runId, attempt, projectId, flowId, executionType } = run
      const parent = contextOf(runId)
      const begin = Date.now()
      const ids = { 'piecework.run.id': runId, 'piecework.flow.id': flowId, 'piecework.project.id': projectId }
      if (attempt === 1 && executionType === 'BEGIN')
        tracer.startSpan('dispatch', { startTime: acceptedAt(run), attributes: ids }, parent).end(begin)
      const attributes = { ...ids, 'piecework.attempt': attempt, 'piecework.execution_type': executionType }
      const engine = tracer.startSpan('engine', { startTime: begin, attributes }, parent)
      const within = trace.setSpan(parent, engine)
      // Steps tell how long they took, not when they began: they follow each other.
      let cursor = begin
      let count = 0

      const stepSpan = ({ stepName, path, output }: JournalEntry): void => {
        const step = StepOutput.safeParse(JSON.parse(output))
        if (!step.success || step.data.status === 'RUNNING') return
        const { type, status, duration = 0 } = step.data
        // A loop ends after its steps, which have moved the cursor.
        const from = isOfLoop({ type }) ? Math.max(begin, cursor - duration) : cursor
        cursor = Math.max(cursor, from + duration)
        const place = path.map(([loop, index]) => `${loop}[${index}]`).join('.')
        const span = tracer.startSpan(
          `step ${stepName}`,
          {
            startTime: from,
            attributes: {
              'piecework.step.name': stepName,
              'piecework.step.type': type,
              'piecework.step.status': status,
              ...(place === '' ? {} : { 'piecework.step.path': place }),
            },
          },
          within,
        )
        finish(span, status, from + duration)
      }

      return {
        steps(_, entries) {
          for (const entry of entries) if (count++ < MAX_STEP_SPANS) stepSpan(entry)
        },
        ended({ status, failedStep }) {
          const end = Math.max(Date.now(), cursor)
          if (failedStep) engine.setAttribute('piecework.failed_step', failedStep.name)
          engine.setAttribute('piecework.run.status', status)
          finish(engine, status, end)
          if (status !== 'PAUSED') runSpan(run, { ...ids, 'piecework.run.status': status }, status, end)
        },
      }
    },

    async close() {
      await provider.shutdown()
    },
  }
}

const FINE: ReadonlySet<string> = new Set(['SUCCEEDED', 'PAUSED', 'STOPPED', 'CANCELED'])

function finish(span: Span, status: string, end: number): void {
  if (!FINE.has(status)) span.setStatus({ code: SpanStatusCode.ERROR, message: status })
  span.end(end)
}

function idsOf(runId: string): { traceId: string; spanId: string } {
  const hash = createHash('sha256').update(runId).digest('hex')
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) }
}

async function exporterFor(protocol: TracingOptions['protocol'], url: string): Promise<SpanExporter> {
  if (protocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
    return new OTLPTraceExporter({ url })
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter({ url })
}
