import type { FastifyReply } from 'fastify'

/** A ZIP file. */
export interface Archive {
  name: string
  data: Buffer
}

/** Answers with a ZIP file, which a browser keeps. */
export function sendArchive(reply: FastifyReply, { name, data }: Archive): FastifyReply {
  const plain = name.replace(/[^\w.-]+/g, '_')
  return reply
    .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`)
    .type('application/zip')
    .send(data)
}
