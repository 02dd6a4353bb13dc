import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Sends lines of CSV while they are made, as a file to keep. */
export const sendCsv = (
  reply: FastifyReply,
  name: string,
  lines: Iterable<string> | AsyncIterable<string>,
): FastifyReply => sendFile(reply, name, 'text/csv; charset=utf-8; header=present', lines)

/** Sends text while it is made, as a file to keep. */
export const sendFile = (
  reply: FastifyReply,
  name: string,
  type: string,
  parts: Iterable<string> | AsyncIterable<string>,
): FastifyReply =>
  reply.header('content-disposition', `attachment; filename="${name}"`).type(type).send(Readable.from(parts))
