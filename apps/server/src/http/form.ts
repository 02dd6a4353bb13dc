import type { MultipartFile } from '@fastify/multipart'
import { AppError } from '@piecework/model/errors'
import type { FastifyRequest } from 'fastify'

export interface UploadedFile {
  data: Uint8Array
  mimeType: string
  fileName: string
}

export interface UploadedForm {
  /** A field that comes several times is a list. */
  fields: Record<string, unknown>
  /** The last file of the form, whatever its field is called. */
  file: UploadedFile | undefined
  /** Files by the name of their field. */
  files: ReadonlyMap<string, UploadedFile>
}

/** A multipart form with files. @throws AppError INVALID_REQUEST, PAYLOAD_TOO_LARGE */
export async function readForm(request: FastifyRequest): Promise<UploadedForm> {
  if (!request.isMultipart()) throw new AppError('INVALID_REQUEST', { message: 'the request must be a multipart form' })
  const fields: Record<string, unknown> = {}
  const files = new Map<string, UploadedFile>()
  let file: UploadedFile | undefined
  for await (const part of partsOf(request)) {
    if (part.type === 'file') {
      file = await readFile(part)
      files.set(part.fieldname, file)
    } else {
      const before = fields[part.fieldname]
      fields[part.fieldname] = before === undefined ? part.value : [before, part.value].flat()
    }
  }
  return { fields, file, files }
}

async function* partsOf(request: FastifyRequest): ReturnType<FastifyRequest['parts']> {
  try {
    yield* request.parts()
  } catch (error) {
    // The parser's errors for a form that breaks off or has no boundary carry no code.
    if (!(error instanceof Error) || 'code' in error || 'statusCode' in error) throw error
    throw new AppError('INVALID_REQUEST', { message: `body: is not a complete multipart form (${error.message})` })
  }
}

async function readFile(part: MultipartFile): Promise<UploadedFile> {
  const data = await part.toBuffer().catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'FST_REQ_FILE_TOO_LARGE')) throw error
    throw new AppError('PAYLOAD_TOO_LARGE', {
      message: `body/${part.fieldname}: the file is larger than AP_MAX_FILE_SIZE_MB allows`,
    })
  })
  return { data, mimeType: part.mimetype, fileName: part.filename }
}
