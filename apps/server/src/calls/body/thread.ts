import { parentPort } from 'node:worker_threads'
import { AppError, type ErrorCode } from '@piecework/model/errors'
import { parseMediaType } from '@piecework/model/text/media-type'
import { readContent } from './content.ts'
import { decompress } from './decompress.ts'
import { type BodyFile, type Form, mapFields } from './multipart.ts'

/** Reads large and compressed bodies apart from the event loop. */

export interface ThreadRequest {
  bytes: Uint8Array
  contentType: string | undefined
  encodings: readonly string[]
  limitBytes: number
}

/** All values as JSON text: making them is what takes time. */
export type ThreadContent =
  | { kind: 'json'; value: string; text: string }
  /** The text of the fields, to be joined by what stands for the files, in the order of `slots`. */
  | { kind: 'written-form'; texts: string[]; slots: number[]; files: BodyFile[] }
  | { kind: 'file' }

export type ThreadReply =
  | { content: ThreadContent /** Without its content encoding, when it had one. */; bytes: Uint8Array | undefined }
  | { code: ErrorCode; params: Record<string, unknown> }

parentPort?.on('message', (request: ThreadRequest) => parentPort?.postMessage(answer(request)))

function answer(request: ThreadRequest): ThreadReply {
  try {
    return read(request)
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, params: error.params }
    throw error
  }
}

function read({ bytes, contentType, encodings, limitBytes }: ThreadRequest): ThreadReply {
  const sent = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const body = decompress(sent, encodings, limitBytes)
  const content = readContent(body, parseMediaType(contentType))
  return { content: written(content), bytes: encodings.length > 0 ? body : undefined }
}

function written(content: ReturnType<typeof readContent>): ThreadContent {
  if (content.kind === 'value')
    return { kind: 'json', value: JSON.stringify(content.value), text: JSON.stringify(content.text) }
  return content.kind === 'form' ? writtenForm(content) : content
}

function writtenForm({ fields, files }: Form): ThreadContent {
  // Nobody can write this into a form: it is made after the form was sent.
  const mark = `file ${crypto.randomUUID()} `
  const text = JSON.stringify(mapFields(fields, (field) => (typeof field === 'number' ? `${mark}${field}` : field)))
  const parts = text.split(new RegExp(`"${mark}(\\d+)"`))
  return {
    kind: 'written-form',
    texts: parts.filter((_, index) => index % 2 === 0),
    slots: parts.filter((_, index) => index % 2 === 1).map(Number),
    files,
  }
}
