import { Socket } from 'node:net'
import { isTextWithinDepth } from '@piecework/model/json-depth'
import type { FromEngine, ToEngine } from '../protocol.ts'
import { CHANNEL_FD } from './descriptor.ts'
import { BadFrameError, createFrameReader, encodeFrame } from './frames.ts'
import { lift, lower, visitFromEngine, visitToEngine } from './lift.ts'
import { MAX_MESSAGE_DEPTH } from './limits.ts'

// Code of users may change these while the engine still has something to say.
const { parse, stringify } = JSON

/** The way to the worker. */
export interface ParentChannel {
  /** @throws BadFrameError when the message is larger than `maxBytes`, or nests too deep */
  send(message: FromEngine, maxBytes: number): void
}

/**
 * Opens the way to the worker that started this process, and keeps it from user code: there is no `process.send`,
 * and nothing leads to the socket.
 */
export function openParentChannel(onMessage: (message: ToEngine) => void): ParentChannel {
  const exit = process.exit.bind(process)
  const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
  const write = socket.write.bind(socket)
  for (const name of ['_getActiveHandles', '_getActiveRequests']) Reflect.deleteProperty(process, name)
  // What the worker says is believed, whatever its size.
  const reader = createFrameReader(Number.MAX_SAFE_INTEGER, ({ head, texts }) => {
    const message = lower<ToEngine>(parse(head), texts, visitToEngine)
    if (message !== undefined) onMessage(message)
  })
  socket.on('data', (bytes) => reader.take(bytes))
  socket.on('error', () => exit(0))
  socket.on('close', () => exit(0))
  socket.on('end', () => exit(0))
  return {
    send(message, maxBytes) {
      const { head, texts } = lift(message, visitFromEngine)
      write(encodeFrame({ head: headText(head), texts }, maxBytes))
    },
  }
}

function headText(head: FromEngine): string {
  try {
    const text = stringify(head)
    if (isTextWithinDepth(text, MAX_MESSAGE_DEPTH)) return text
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw new BadFrameError(`it nests more than ${MAX_MESSAGE_DEPTH} levels deep`)
}
