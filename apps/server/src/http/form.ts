import { AppError } from '@piecework/model/errors'
import type { FastifyRequest } from 'fastify'

export interface UploadedForm {
  fields: Record<string, unknown>
  file: { data: Uint8Array; mimeType: string; fileName: string } | undefined
}

/** A multipart form with one file. @throws AppError INVALID_REQUEST, PAYLOAD_TOO_LARGE */
export async function readForm(request: FastifyRequest): Promise<UploadedForm> {
  if (!request.isMultipart()) throw new AppError('INVALID_REQUEST', { message: 'the request must be a multipart form' })
  const fields: Record<string, unknown> = {}
  let file: UploadedForm['file']
  for await (const part of request.parts()) {
    if (part.type === 'file') file = { data: await part.toBuffer(), mimeType: part.mimetype, fileName: part.filename }
    else fields[part.fieldname] = part.value
  }
  return { fields, file }
}
