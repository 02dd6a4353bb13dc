import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { readForm } from '../../http/form.ts'
import { implement } from '../../http/implement.ts'
import type { FileInfo } from '../files/service.ts'
import type { LinkHeaders } from '../files/storage.ts'
import type { StepFiles } from './service.ts'

const Form = z.object({
  flowId: z.string(),
  stepName: z.string(),
  fileName: z.string().min(1),
  contentLength: z.coerce.number().int().nonnegative().optional(),
})

export function stepFileRoutes(app: FastifyInstance, { stepFiles }: { stepFiles: StepFiles }): void {
  implement(app, api.stepFiles.upload, async ({ actor, request }) => {
    const { fields, file } = await readForm(request)
    const form = Form.safeParse(fields)
    if (!form.success) throw new AppError('INVALID_REQUEST', { message: z.prettifyError(form.error) })
    if (!file) throw new AppError('INVALID_REQUEST', { message: 'file: is required' })
    return { url: await stepFiles.save(actor, { ...file, ...form.data }) }
  })

  implement(app, api.stepFiles.keep, async ({ actor, params, request }) => {
    const { file } = await readForm(request)
    if (!file) throw new AppError('INVALID_REQUEST', { message: 'file: is required' })
    return { url: await stepFiles.keep(actor, { ...file, fileName: file.fileName || 'file', flowId: params.id }) }
  })

  implement(app, api.stepFiles.read, async ({ query, reply }) => {
    const elsewhere = await stepFiles.redirect(query.token, headersOf)
    if (elsewhere !== undefined) return reply.redirect(elsewhere, 307)
    const file = await stepFiles.open(query.token)
    const { contentType, contentDisposition } = headersOf(file)
    return reply.type(contentType).header('content-disposition', contentDisposition).send(file.data)
  })
}

const headersOf = (file: FileInfo): LinkHeaders => ({
  contentType: file.metadata?.mimetype ?? 'application/octet-stream',
  contentDisposition: attachment(file.fileName ?? 'file'),
})

/** Browsers save the file and never show it, so a page among the files cannot act in the name of this server. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w. -]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`
}
