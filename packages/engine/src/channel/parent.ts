import { Socket } from 'node:net'
import { isTextWithinDepth } from '@piecework/model/json-depth'
import type { z } from 'zod'
import type { FromEngine, ToEngine } from '../protocol.ts'
import { ToEngineSchema } from '../to-engine.ts'
import { CHANNEL_FD } from './descriptor.ts'
import { BadFrameError, createFrameReader, encodeFrame } from './frames.ts'
import { MAX_MESSAGE_DEPTH } from './limits.ts'
import { putTexts, takeTexts, visitFromEngine, visitToEngine } from './long-texts.ts'

// User code may change these while the engine still has something to send.
const { parse, stringify } = JSON

const readMessage = ToEngineSchema.safeParse

interface Listener {
  onMessage(message: ToEngine): void
  /** @param operationId of the operation that the message is about, when it names one */
  onUnreadable(operationId: number | undefined, reason: string): void
}

/** The way to the worker. */
export interface ParentChannel {
  /** @throws BadFrameError when the message is larger than `maxBytes`, or nests too deep */
  send(message: FromEngine, maxBytes: number): void
}

/**
 * Opens the way to the worker that started this process, and keeps it from user code: there is no `process.send`,
 * and nothing leads to the socket.
 */
export function openParentChannel({ onMessage, onUnreadable }: Listener): ParentChannel {
  const exit = process.exit.bind(process)
  const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
  const write = socket.write.bind(socket)
  for (const name of ['_getActiveHandles', '_getActiveRequests']) Reflect.deleteProperty(process, name)
  // A message of the worker may have any size.
  const reader = createFrameReader(Number.MAX_SAFE_INTEGER, ({ head, texts }) => {
    const sent: unknown = parse(head)
    const read = readMessage(sent)
    const message = read.success ? putTexts<ToEngine>(read.data, texts, visitToEngine) : undefined
    if (message !== undefined) return onMessage(message)
    const { operationId } = Object(sent)
    onUnreadable(typeof operationId === 'number' ? operationId : undefined, reasonOf(read.error))
  })
  socket.on('data', (bytes) => reader.take(bytes))
  socket.on('error', () => exit(0))
  socket.on('close', () => exit(0))
  socket.on('end', () => exit(0))
  return {
    send(message, maxBytes) {
      const { head, texts } = takeTexts(message, visitFromEngine)
      write(encodeFrame({ head: headText(head), texts }, maxBytes))
    },
  }
}

function reasonOf(error: z.ZodError | undefined): string {
  const [issue] = error?.issues ?? []
  return issue === undefined ? 'its texts are missing' : `${issue.path.join('.')}: ${issue.message}`
}

function headText(head: FromEngine): string {
  try {
    const text = stringify(head)
    if (isTextWithinDepth(text, MAX_MESSAGE_DEPTH)) return text
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new BadFrameError(`It nests more than ${MAX_MESSAGE_DEPTH} levels deep`)
}
