import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { createFrameReader, encodeFrame } from '@piecework/engine/channel/frames'
import { takeTexts, visitToEngine } from '@piecework/engine/channel/long-texts'
import type { FromEngine, ToEngine } from '@piecework/engine/protocol'
import { readMessage } from './sandbox-message.ts'

/** The way to an engine process. Nothing that comes over it can throw in this process. */
export interface EngineChannel {
  /** @throws Error for what cannot be put into a message */
  send(message: ToEngine): void
  /** While too much of what came over the channel waits for the disk, nothing more is read. */
  held<T>(work: Promise<T>): Promise<T>
}

interface Parts {
  maxBytes: number
  /** May throw: the message is then refused like one that cannot be read. */
  onMessage(message: FromEngine): void
  /** Told once; nothing more is read. */
  onBroken(reason: string): void
  onEnd(): void
}

/** Messages whose entries wait for the disk. An engine waits for the disk before each step, so that it has few. */
const MAX_HELD = 64

export function openEngineChannel(stream: Readable | Writable | null | undefined, parts: Parts): EngineChannel {
  if (!(stream instanceof Socket)) throw new Error('The engine process was started without a channel')
  let broken = false
  let held = 0
  const reader = createFrameReader(parts.maxBytes, (frame) => {
    if (!broken) parts.onMessage(readMessage(frame))
  })
  stream.on('data', (bytes) => {
    if (broken) return
    try {
      reader.take(bytes)
    } catch (error) {
      broken = true
      parts.onBroken(error instanceof Error ? error.message : String(error))
    }
  })
  stream.on('error', () => {})
  stream.once('close', () => parts.onEnd())
  stream.once('end', () => parts.onEnd())
  return {
    send(message) {
      if (!stream.writable) return
      const { head, texts } = takeTexts(message, visitToEngine)
      stream.write(encodeFrame({ head: JSON.stringify(head), texts }, Number.MAX_SAFE_INTEGER))
    },
    async held(work) {
      if (++held === MAX_HELD) stream.pause()
      try {
        return await work
      } finally {
        if (held-- === MAX_HELD) stream.resume()
      }
    },
  }
}
