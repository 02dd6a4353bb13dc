import type { FlowResponse } from '@piecework/model/run/waitpoint'
import { maxMessageBytes } from './channel/limits.ts'
import { openParentChannel } from './channel/parent.ts'
import { type BundledPieces, createEngine, type Engine } from './engine.ts'
import { errorText, messageOf } from './errors.ts'
import { createTimerWatch } from './leftovers.ts'
import { startForwarder } from './network/forwarder.ts'
import { installNetworkGuard } from './network/guard.ts'
import { executeOperation } from './operations/execute.ts'
import type {
  ConnectionAnswer,
  EngineConfig,
  EngineOperation,
  EngineResponse,
  EngineResult,
  FromEngine,
  JournalEntry,
  RunPort,
  ToEngine,
} from './protocol.ts'
import { ownProcess } from './sandbox/guards.ts'
import { findFileHandles } from './sandbox/shared-state.ts'
import { outliveStopSignals } from './sandbox/stop-signals.ts'
import { createTraces } from './sandbox/traces.ts'
import { printWithinDepth } from './state/depth.ts'
import type { Steering } from './tools.ts'
import { warmUp } from './warm-up.ts'

/** How long the end of a step waits for another message to ride along with. */
const RIDE_ALONG_MS = 5

/**
 * Makes this process an engine: it takes operations from its parent, one at a time, and ends when the parent is
 * gone. The entry file of a bundle calls this with the pieces that are part of the bundle.
 */
export function startEngine({ pieces, steering }: { pieces: BundledPieces; steering: Steering }): void {
  outliveStopSignals()
  let engine: Engine | undefined
  let reachable: Promise<void> | undefined
  let active: Channel | undefined
  let maxBytes = Number.MAX_SAFE_INTEGER
  const send: Send = (message) => parent.send(message, maxBytes)
  const traces = createTraces()
  let owned = false
  /** User code ran in the current operation, and other operations may follow it. */
  let ranCode = false
  let usedOnce = false
  let warm: Promise<void> | undefined
  const watch = {
    before() {
      if (!owned) send({ kind: 'owned' })
      owned = true
      if (usedOnce) return send({ kind: 'unclean' })
      ranCode = true
      traces.begin()
    },
    after: () => traces.afterStep(),
  }
  const lookForLeftovers = watchLeftovers(send, () => active === undefined)

  const prepare = (): void => {
    if (active === undefined && engine?.sandbox.prepare()) setImmediate(prepare)
  }

  /** Not when an operation is there already: it would wait. */
  const warmWhileIdle = (): void => {
    if (active === undefined && engine !== undefined) warm = warmUp(engine)
  }

  const execute = async (operationId: number, operation: EngineOperation): Promise<void> => {
    const channel = createChannel(operationId, send, operation.type === 'EXECUTE_FLOW' && operation.tellsSteps)
    active = channel
    let result: EngineResult
    try {
      if (engine === undefined) throw new Error('The engine was not configured')
      if (reachable !== undefined) await reachable
      if (warm !== undefined) await warm
      result = await executeOperation(operation, channel.port, engine)
    } catch (error) {
      result = { type: 'FAILED', error: errorText(error) }
    }
    active = undefined
    channel.rest()
    // Before the result: with that, the worker may give the process to the next run.
    if (ranCode && traces.afterRun() !== undefined) send({ kind: 'unclean' })
    ranCode = false
    try {
      channel.finish(result)
    } catch (error) {
      // Something of the piece's own that cannot be sent: the caller must not wait for it.
      channel.fail(`The result cannot be sent: ${messageOf(error)}`)
    }
    setImmediate(() => {
      lookForLeftovers()
      prepare()
    })
  }

  const onMessage = (message: ToEngine): void => {
    switch (message.kind) {
      case 'configure':
        engine = createEngine({ config: message.config, pieces, steering, watch })
        maxBytes = maxMessageBytes(message.config.limits)
        // The changes of the network rules must be part of the remembered state.
        reachable = Promise.resolve(fenceIn(message.config)).then(ownProcess).then(findFileHandles)
        usedOnce = message.config.usedOnce === true
        void reachable.then(() => setImmediate(warmWhileIdle))
        return
      case 'execute':
        void execute(message.operationId, message.operation)
        return
      case 'journalled':
        active?.journalled(message.operationId, message.sequence)
        return
      case 'connection':
        if (message.operationId === active?.operationId) active.answered(message.requestId, message.answer)
    }
  }
  const parent = openParentChannel({
    onMessage,
    onUnreadable(operationId, reason) {
      const error = `The engine does not understand its worker: ${reason}`
      // The worker waits for the end of an operation; without one, the end of the process tells it.
      if (operationId === undefined) throw new Error(error)
      createChannel(operationId, send, false).fail(error)
    },
  })
  send({ kind: 'ready' })
}

/** Network rules are installed before any user code. @returns a promise that the first operation waits for */
function fenceIn({ networkMode, ssrfAllowList, internalApiUrl, egress }: EngineConfig): Promise<void> | undefined {
  if (networkMode !== 'STRICT') return undefined
  const exempt = egress === undefined ? [internalApiUrl] : [internalApiUrl, egress.proxyUrl]
  if (egress?.socketPath === undefined) return installNetworkGuard({ allowList: ssrfAllowList, exempt })
  const { proxyUrl, socketPath } = egress
  const forwarding = startForwarder(new URL(proxyUrl), socketPath)
  const relayed = installNetworkGuard({ allowList: ssrfAllowList, exempt, relay: { socketPath, direct: [proxyUrl] } })
  return Promise.all([forwarding, relayed]).then(() => {})
}

function watchLeftovers(send: Send, isIdle: () => boolean): () => void {
  // Timers that keep nothing alive are not among them: neither the engine's own nor those of idle connections.
  const count = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const report = () => send({ kind: 'unclean' })
  const timerWatch = createTimerWatch({ count, now: () => performance.now(), report })
  let again: NodeJS.Timeout | undefined
  const look = (): void => {
    clearTimeout(again)
    again = undefined
    if (!isIdle()) return
    again = timerWatch.look() ? setTimeout(look, timerWatch.lookAgainAfterMs) : undefined
    again?.unref()
  }
  return look
}

type Send = (message: FromEngine) => void

interface Channel {
  operationId: number
  port: RunPort
  journalled(operationId: number, sequence: number): void
  answered(requestId: number, answer: ConnectionAnswer): void
  /** Waits for nothing more that could ride along. */
  rest(): void
  finish(result: EngineResult): void
  /** Ends the operation without what it had to say. */
  fail(error: string): void
}

/** Batches what one operation has to say into as few messages as possible. */
function createChannel(operationId: number, send: Send, tellsSteps: boolean): Channel {
  let unsent: JournalEntry[] = []
  let response: EngineResponse | null = null
  let written = 0
  let onDisk = 0
  /** Something could not be sent. */
  let broken: { error: unknown } | undefined
  /** Code that the operation left behind has nothing more to say. */
  let isOver = false
  let waiting: { until: number; done: () => void } | undefined
  let timer: NodeJS.Timeout | undefined
  const asked = new Map<number, (answer: ConnectionAnswer) => void>()
  let nextRequest = 1

  const sendPending = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (isOver) return
    // Every batch asks to be confirmed: a flush may come while it is on its way.
    if (unsent.length > 0) send({ kind: 'journal', operationId, entries: unsent, flush: true })
    unsent = []
    if (response !== null) send({ kind: 'respond', operationId, response })
    response = null
  }
  const sendSoon = (): void => {
    timer ??= setTimeout(() => {
      try {
        sendPending()
      } catch (error) {
        broken = { error }
      }
    }, RIDE_ALONG_MS)
  }
  return {
    operationId,
    port: {
      journal(entry, matters) {
        unsent.push(entry)
        written = entry.sequence
        if (matters) sendSoon()
      },
      async flush() {
        if (broken !== undefined) throw broken.error
        if (onDisk >= written) return
        const until = written
        const done = new Promise<void>((resolve) => {
          waiting = { until, done: resolve }
        })
        sendPending()
        await done
      },
      respond(value) {
        // A caller gets one answer: the first.
        response ??= printed(value)
        sendSoon()
      },
      progress(stepName, path, output) {
        if (!isOver) send({ kind: 'progress', operationId, stepName, path, output })
      },
      async connection(externalId) {
        const requestId = nextRequest++
        const answer = new Promise<ConnectionAnswer>((resolve) => asked.set(requestId, resolve))
        send({ kind: 'connection', operationId, requestId, externalId })
        return answer
      },
    },
    answered(requestId, answer) {
      asked.get(requestId)?.(answer)
      asked.delete(requestId)
    },
    journalled(id, sequence) {
      if (id !== operationId) return
      onDisk = Math.max(onDisk, sequence)
      if (waiting !== undefined && onDisk >= waiting.until) {
        waiting.done()
        waiting = undefined
      }
    },
    rest() {
      clearTimeout(timer)
    },
    finish(result) {
      isOver = true
      if (broken !== undefined) throw broken.error
      // Printed, sent and checked once more, they would cost more than the rest of a short run's result.
      const entries = tellsSteps ? unsent : unsent.filter(({ slice }) => slice !== undefined)
      send({ kind: 'result', operationId, entries, stepsEnded: unsent.length, response, result })
    },
    fail(error) {
      const result = { type: 'FAILED' as const, error }
      send({ kind: 'result', operationId, entries: [], stepsEnded: 0, response: null, result })
    },
  }
}

/**
 * Depth is limited where values come into the engine; a value that is still too deep is refused like a message of it.
 */
function printed({ status = 200, headers = {}, body = {} }: FlowResponse): EngineResponse {
  return { status, headers, body: printWithinDepth(body, 'The answer') ?? '{}' }
}
