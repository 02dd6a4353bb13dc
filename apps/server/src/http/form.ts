import type { MultipartFile } from '@fastify/multipart'
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
    if (part.type === 'file') file = await readFile(part)
    else fields[part.fieldname] = part.value
  }
  return { fields, file }
}

async function readFile(part: MultipartFile): Promise<UploadedForm['file']> {
  const data = await part.toBuffer().catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'FST_REQ_FILE_TOO_LARGE')) throw error
    throw new AppError('PAYLOAD_TOO_LARGE', {
      message: `body/${part.fieldname}: the file is larger than AP_MAX_FILE_SIZE_MB allows`,
    })
  })
  return { data, mimeType: part.mimetype, fileName: part.filename }
}
