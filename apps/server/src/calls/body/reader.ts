import { Worker } from 'node:worker_threads'
import { AppError } from '@piecework/model/errors'
import type { ThreadReply, ThreadRequest } from './thread.ts'
import { createTurns } from './turns.ts'

const MB = 1024 * 1024
/** Longest that the reading of one body may take. */
const READ_MS = 20_000
/** A thread that has nothing to read for so long ends, and gives its memory back. */
const IDLE_MS = 10_000

/**
 * One thread reads bodies of up to a size, two the larger ones: a small one never waits for a large one, and no sender
 * holds both of the threads for large ones.
 */
const LANES = [
  { upToBytes: MB, read: createLane({ threads: 1, memoryMb: 256 }) },
  { upToBytes: Number.POSITIVE_INFINITY, read: createLane({ threads: 2, memoryMb: 1024 }) },
]

/**
 * Reads a body in a thread of its own, in turn with others of its size. What it holds in memory is bounded for each
 * thread, and so is the time.
 * @param receiver what the body is for: those for one receiver follow each other, and others go between them.
 * @throws AppError PAYLOAD_TOO_LARGE when it takes too much of either, and what the reading itself throws.
 */
export async function readApart(
  request: ThreadRequest,
  receiver: string,
): Promise<Exclude<ThreadReply, { code: unknown }>> {
  const size = request.encodings.length > 0 ? Number.POSITIVE_INFINITY : request.bytes.length
  const lane = LANES.find(({ upToBytes }) => size <= upToBytes)
  if (!lane) throw new Error('No thread reads bodies of this size')
  const reply = await lane.read(receiver, request)
  if ('code' in reply) throw new AppError(reply.code, reply.params)
  return reply
}

type Read = (receiver: string, request: ThreadRequest) => Promise<ThreadReply>

function createLane({ threads, memoryMb }: { threads: number; memoryMb: number }): Read {
  const idle = Array.from({ length: threads }, () => createReader(memoryMb))
  return createTurns(idle)
}

function createReader(memoryMb: number): (request: ThreadRequest) => Promise<ThreadReply> {
  let thread: Worker | undefined
  let idle: NodeJS.Timeout | undefined

  const start = (): Worker => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    // A server that ends does not wait for it.
    worker.unref()
    // Who waits for an answer hears of it; nobody else has to.
    worker.on('error', () => {})
    worker.once('exit', () => {
      if (thread === worker) thread = undefined
    })
    return worker
  }

  const end = () => {
    void thread?.terminate()
    thread = undefined
  }

  return async (request) => {
    clearTimeout(idle)
    thread ??= start()
    try {
      return await ask(thread, request)
    } catch (error) {
      end()
      throw error
    } finally {
      idle = setTimeout(end, IDLE_MS).unref()
    }
  }
}

function ask(thread: Worker, request: ThreadRequest): Promise<ThreadReply> {
  const { promise, resolve, reject } = Promise.withResolvers<ThreadReply>()
  const fail = (error: unknown) => reject(isOutOfMemory(error) ? tooMuch('memory') : error)
  const onExit = () => reject(new Error('The thread that reads bodies ended.'))
  const deadline = setTimeout(() => reject(tooMuch('time')), READ_MS)
  thread.once('message', resolve)
  thread.once('error', fail)
  thread.once('exit', onExit)
  thread.postMessage(request)
  return promise.finally(() => {
    clearTimeout(deadline)
    thread.off('message', resolve)
    thread.off('error', fail)
    thread.off('exit', onExit)
  })
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

const tooMuch = (what: 'time' | 'memory'): AppError =>
  new AppError('PAYLOAD_TOO_LARGE', {
    message: `body: takes too much ${what} to be read as a value; send less of it, or as a file (application/octet-stream)`,
  })
